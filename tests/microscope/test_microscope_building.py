"""A site: what is in it, that it resumes to the same bytes, what is refused."""

import json
import re

import numpy as np
import pytest
from PIL import Image
from torch import nn

from pareidolia.microscope import Microscope, read_site
from pareidolia.microscope.tiling import cut_out, in_rows
from pareidolia.microscope.units import PAINTED
from pareidolia.networks import Network
from pareidolia.pictures import save_picture
from pareidolia.pictures.ownership import is_result
from pareidolia.settings import PareidoliaError, UnknownName


def build(photos, settings, out, **more):
    microscope = Microscope(photos, settings, out=out, **more)
    for _ in microscope:
        pass
    return microscope


def shown(folder):
    """What a visitor gets, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "stages" not in path.parts
    }


def test_every_unit_has_a_page_whose_links_lead_somewhere(site):
    pages = [site.out / name for name in shown(site.out) if name.endswith(".html")]
    assert len(pages) == 1 + 2 + 2 * 4
    for page in pages:
        text = page.read_text()
        assert len(text.encode()) < 300_000 and "$" not in text
        for target in re.findall(r'(?:href|src)="((?!data:)[^"]+)"', text):
            assert (page.parent / target).is_file(), (page, target)


def test_the_manifest_and_the_result_name_what_is_there(site):
    held = read_site(site.out)
    assert [layer.name for layer in held.layers] == ["relu1", "relu2"]
    assert [unit.number for unit in held.layers[0].units] == [0, 1, 2, 3]
    assert held.photos == 36 and len(held.classes) == 5 and held.painted == 3
    assert [row["units"] for row in site.result.rows] == [4, 4]
    assert is_result(site.out)


def test_a_page_has_all_that_is_known_of_a_unit(site):
    page = (site.out / "relu2" / "1.html").read_text()
    for title in ("Painted", "Strongest patches", "deconvnet", "percentiles", "Answers", "Classes",
                  "weights", "from relu1", "Nearest", "Tuning"):  # fmt: skip
        assert title in page
    assert "to relu2" in (site.out / "relu1" / "1.html").read_text()


def test_sheets_hold_the_tiles_that_the_stages_made(site, settings):
    with Image.open(site.out / "relu2" / "1-spread.webp") as image:
        sheet = np.asarray(image.convert("RGB"))
    tile = cut_out(sheet, 0, 3)
    assert tile.shape == (16, 16, 3)
    (kept,) = (site.out / "stages" / "relu2").glob("patches-000000*")
    from safetensors.numpy import load_file

    made = load_file(kept)["spread"][1, 0]
    assert np.abs(tile.astype(int) - made).mean() < 12  # WebP is not exact


def test_a_tile_comes_out_of_its_sheet_as_it_went_in():
    tiles = np.random.default_rng(0).integers(0, 256, (7, 40, 40, 3), dtype=np.uint8)
    sheet = in_rows(tiles, 3)
    assert all(np.array_equal(cut_out(sheet, number, 3), tiles[number]) for number in range(7))


@pytest.mark.slow
def test_a_stopped_build_goes_on_to_the_same_bytes(site, tmp_path, photos, settings):
    out = tmp_path / "site"
    for steps in (2, 7, 9, 16, 24):
        begun = iter(Microscope(photos, settings(tuning=True), out=out))
        for _ in zip(range(steps), begun, strict=False):
            pass
        begun.close()
    build(photos, settings(tuning=True), out)
    assert shown(out) == shown(site.out)


@pytest.mark.slow
def test_what_is_finished_is_not_done_again(tmp_path, photos, settings, monkeypatch):
    out = tmp_path / "site"
    build(photos, settings(), out)

    def fail(*given):
        raise AssertionError("painted once more")

    monkeypatch.setattr(type(PAINTED), "_worked", fail)
    build(photos, settings(), out)
    build(photos, settings(title="Renamed"), out, overwrite=True)
    assert "Renamed" in (out / "index.html").read_text()


@pytest.mark.slow
def test_other_settings_are_refused_unless_they_may_replace(tmp_path, photos, settings):
    out = tmp_path / "site"
    build(photos, settings(painted=False), out)
    with pytest.raises(PareidoliaError, match="other photos or settings"):
        build(photos, settings(painted=False, units=("0-1",)), out)
    build(photos, settings(painted=False, units=("0-1",)), out, overwrite=True)
    assert not (out / "relu1" / "3.html").exists() and (out / "relu1" / "1.html").exists()


@pytest.mark.slow
def test_a_users_folder_and_files_stay(tmp_path, photos, settings):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(PareidoliaError, match="other things"):
        Microscope(photos, settings(), out=tmp_path)
    out = tmp_path / "site"
    build(photos, settings(painted=False, units=("0",)), out)
    (out / "mine").mkdir()
    (out / "mine" / "7.html").write_text("mine")
    build(photos, settings(painted=False, units=("1",)), out, overwrite=True)
    assert (out / "mine" / "7.html").exists()


def test_wrong_layers_units_and_photos_are_named(tmp_path, photos, settings):
    with pytest.raises(UnknownName, match="relu1"):
        Microscope(photos, settings(layer=("relu11",)), out=tmp_path / "a")
    with pytest.raises(PareidoliaError, match="channels 0 to 7"):
        Microscope(photos, settings(units=("99",)), out=tmp_path / "a")
    with pytest.raises(PareidoliaError, match="no picture"):
        Microscope(tmp_path, settings(), out=tmp_path / "a")


def test_two_photos_of_one_colour_and_a_dead_unit(tmp_path, settings):
    import torch

    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(2):
        save_picture(torch.full((1, 3, 32, 32), 0.5), folder / f"{number}.png")
    module = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU())
    torch.nn.init.constant_(module[0].weight, -1.0)
    network = Network("dead", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))
    chosen = settings(network="retina", input=None, layer=("1",), units=("0-1",), painted=True)
    microscope = build(folder, chosen, tmp_path / "site", network=network)
    page = (tmp_path / "site" / "1" / "0.html").read_text()
    assert "Every photo left this unit at 0" in page and "nothing moves it" in page
    assert "no classes" in page and microscope.result.rows[0]["silent"] == 2


def test_a_network_without_maps_has_pages_too(tmp_path, photos, settings):
    module = nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 6), nn.ReLU(), nn.Linear(6, 4))
    network = Network("flat", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))
    chosen = settings(network="retina", input=None, layer=None, units=("0-1",), steps=1)
    build(photos, chosen, tmp_path / "site", network=network)
    held = read_site(tmp_path / "site")
    assert [layer.name for layer in held.layers] == ["1", "2", "3"]


def test_a_broken_manifest_is_refused(tmp_path):
    with pytest.raises(PareidoliaError, match="no file"):
        read_site(tmp_path)
    (tmp_path / "microscope.json").write_text(json.dumps({"format": "pareidolia-microscope", "version": 7}))
    with pytest.raises(PareidoliaError, match="another version"):
        read_site(tmp_path)
