"""From a folder of photos to an atlas: whole, resumed, rebuilt where something changed, and refused."""

import json
import re
import shutil
from contextlib import suppress

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import load_file
from tests.atlas.conftest import pixels
from torch import nn

from pareidolia.atlas import AtlasBuilding, find_photo, read_cells, read_manifest
from pareidolia.atlas import batches as batches_module
from pareidolia.atlas import building as building_module
from pareidolia.atlas import mapping as mapping_module
from pareidolia.atlas import publishing as publishing_module
from pareidolia.atlas.settings import AtlasSettings
from pareidolia.collecting import collector as collector_module
from pareidolia.networks import Network
from pareidolia.pictures import open_uint8
from pareidolia.settings import PareidoliaError, UnknownName


def build(photos, out, settings, **more):
    """The stages that told something, in order."""
    return list(dict.fromkeys(step.stage for step in AtlasBuilding(photos, settings, out=out, **more)))


def published(folder):
    """What a visitor gets, by name."""
    files = (path for path in folder.rglob("*") if path.is_file() and "stages" not in path.parts)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture(scope="module")
def built(photos, settings, tmp_path_factory):
    """An atlas of two layers and two grids."""
    out = tmp_path_factory.mktemp("built") / "atlas"
    build(photos, out, settings())
    return out


def test_the_manifest_tells_what_the_atlas_is_of(built):
    manifest = read_manifest(built)
    assert manifest.photos == 36  # the broken one is left out
    assert manifest.labels == ["china", "flower"]
    assert manifest.classes == [f"class {k}" for k in range(5)]
    assert [(each.name, each.points, each.channels) for each in manifest.layers] == [
        ("relu1", 216, 8), ("relu2", 216, 12),
    ]  # fmt: skip
    assert [grid.side for grid in manifest.layers[0].grids] == [2, 4]
    assert (built / "index.html").read_text().startswith("<!doctype html>")


def test_cells_hold_what_the_stages_found(built):
    manifest = read_manifest(built)
    for layer in manifest.layers:
        for entry in layer.grids:
            cells = read_cells(built, entry)
            assert entry.cells == len(cells.counts) > 1 and min(cells.counts) >= 3
            assert all(
                sum(n for _, n in told) == count
                for told, count in zip(cells.labels, cells.counts, strict=True)
            )
            assert all(len(tops) == 5 for tops in cells.classes)
            other = next(each.name for each in manifest.layers if each.name != layer.name)
            assert list(cells.moves) == [other] and len(cells.moves[other].x) == entry.cells
            for held in (cells.icons, cells.icons.small, cells.patches):
                assert sum(sheet.count for sheet in held.sheets) == entry.cells
                for sheet in held.sheets:
                    height, width, _ = pixels(built / entry.folder / sheet.file).shape
                    assert (height, width) == (sheet.rows * held.size, sheet.columns * held.size)


def test_the_table_of_attributions_is_what_the_tops_say(built):
    entry = read_manifest(built).layers[1].grids[1]
    cells = read_cells(built, entry)
    levels = np.frombuffer((built / entry.folder / cells.attribution.file).read_bytes(), np.int8)
    table = levels.reshape(5, entry.cells) * np.array(cells.attribution.scales)[:, None]
    for cell, (tops, values) in enumerate(zip(cells.classes, cells.attributions, strict=True)):
        np.testing.assert_allclose(
            table[tops, cell], values, atol=max(cells.attribution.scales) * 0.51 + 1e-4
        )
        assert list(values) == sorted(values, reverse=True)


def test_the_patches_are_of_the_photos_that_are_named(built, photos):
    entry = read_manifest(built).layers[0].grids[0]
    cells = read_cells(built, entry)
    sheet = cells.patches.sheets[0]
    patch = pixels(built / entry.folder / sheet.file)[:16, :16]
    photo = open_uint8(photos / cells.photos[0][0], (32, 32)).astype(int)
    windows = (photo[top : top + 16, left : left + 16] for top in range(17) for left in range(17))
    assert min(np.abs(window - patch).mean() for window in windows) < 12  # WebP is lossy


def test_the_same_seed_gives_the_same_bytes(built, photos, settings, tmp_path):
    build(photos, tmp_path / "again", settings())
    assert published(tmp_path / "again") == published(built)


def test_what_is_done_is_not_done_again(built, photos, settings, tmp_path, monkeypatch):
    shutil.copytree(built, tmp_path / "atlas")
    for module, name in (
        (collector_module, "run_chunks"),
        (mapping_module, "lay_out"),
        (batches_module, "paint_icons"),
        (batches_module, "class_attribution"),
    ):
        monkeypatch.setattr(module, name, lambda *_, **__: pytest.fail("done again"))
    build(photos, tmp_path / "atlas", settings())
    assert published(tmp_path / "atlas") == published(built)


def test_other_steps_paint_again_and_nothing_else(built, photos, settings, tmp_path):
    shutil.copytree(built, tmp_path / "atlas")
    changed = settings(icon_steps=3)
    with pytest.raises(PareidoliaError, match="holds an atlas of other photos or settings: --overwrite"):
        build(photos, tmp_path / "atlas", changed)
    stages = build(photos, tmp_path / "atlas", changed, overwrite=True)
    icons = [f"icons of {name}, {side} x {side}" for name in ("relu1", "relu2") for side in (2, 4)]
    assert stages == ["laying out", *icons, "writing"]
    now, before = published(tmp_path / "atlas"), published(built)
    differing = {name for name in before if now[name] != before[name]}
    assert differing and all("icons" in name for name in differing)


def test_another_grid_leaves_the_layout_and_removes_what_is_no_more(built, photos, settings, tmp_path):
    shutil.copytree(built, tmp_path / "atlas")
    build(photos, tmp_path / "atlas", settings(grids=(2, 3)), overwrite=True)
    assert {path.name for path in (tmp_path / "atlas/relu1").iterdir()} == {"2", "3"}
    now, before = published(tmp_path / "atlas"), published(built)
    assert now["relu1/2/icons-0.webp"] == before["relu1/2/icons-0.webp"]


def test_a_rebuilt_atlas_holds_the_same_files_as_a_fresh_one(built, photos, settings, tmp_path, monkeypatch):
    """Also after a stop between the new manifest and the clearing of what it no longer shows."""
    out, wanted = tmp_path / "atlas", settings(icon_steps=3, grids=(3,))
    shutil.copytree(built, out)
    with monkeypatch.context() as broken:
        broken.setattr(building_module, "clear", lambda *_: pytest.fail("stopped"))
        with pytest.raises(pytest.fail.Exception):
            build(photos, out, wanted, overwrite=True)
    build(photos, out, wanted)
    build(photos, tmp_path / "fresh", wanted)
    held = [{path.relative_to(each) for path in each.rglob("*")} for each in (out, tmp_path / "fresh")]
    cached = {path for path in held[0] if re.match(r"stages/relu./(icons|means)-", path.as_posix())}
    assert held[0] - held[1] <= cached and held[1] <= held[0]


@pytest.mark.parametrize("failing", [("relu1", "2"), ("relu2", "4"), ("atlas.json",)], ids="/".join)
def test_a_finished_atlas_is_whole_until_the_new_one_is(
    failing, built, photos, settings, tmp_path, monkeypatch
):
    out = tmp_path / "atlas"
    shutil.copytree(built, out)
    real = publishing_module.write_atomically

    def full(path):
        names = [part.removesuffix(".new") for part in path.parts]
        if set(failing) <= set(names):
            raise PareidoliaError("no space left on device")
        return real(path)

    with monkeypatch.context() as broken:
        broken.setattr(publishing_module, "write_atomically", full)
        with pytest.raises(PareidoliaError, match="no space left"):
            build(photos, out, settings(icon_steps=3), overwrite=True)
    now, before = published(out), published(built)
    assert {name: now[name] for name in before} == before
    assert find_photo(out, photos / "china/00.jpg", settings())
    build(photos, out, settings(icon_steps=3), overwrite=True)
    build(photos, tmp_path / "fresh", settings(icon_steps=3))
    assert published(out) == published(tmp_path / "fresh"), "and nothing of the broken build is left"


@pytest.mark.parametrize(
    "held", ['{"format": "pareidolia-atl', '{"format": "pareidolia-atlas", "version": 2}']
)
def test_a_broken_manifest_is_mended_as_the_line_says(built, photos, settings, tmp_path, held):
    out = tmp_path / "atlas"
    shutil.copytree(built, out)
    (out / "atlas.json").write_text(held)
    with pytest.raises(PareidoliaError, match="delete it and build the atlas once more"):
        build(photos, out, settings())
    (out / "atlas.json").unlink()
    build(photos, out, settings())
    assert published(out) == published(built)


def test_broken_settings_of_an_atlas_are_mended_as_the_line_says(built, photos, settings, tmp_path):
    out = tmp_path / "atlas"
    shutil.copytree(built, out)
    (out / "stages/settings.json").write_text("{")
    with pytest.raises(PareidoliaError, match="build the atlas once more with --overwrite"):
        find_photo(out, photos / "china/00.jpg", settings())
    build(photos, out, settings(), overwrite=True)
    assert published(out) == published(built)
    assert find_photo(out, photos / "china/00.jpg", settings())


def test_what_a_manifest_names_is_not_removed_unless_it_is_a_grid(built, photos, settings, tmp_path):
    out = tmp_path / "atlas"
    shutil.copytree(built, out)
    (tmp_path / "letters/2").mkdir(parents=True)
    (tmp_path / "letters/2/dear.txt").write_text("dear")
    (out / "relu1/4/mine.txt").write_text("mine")
    held = json.loads((out / "atlas.json").read_text())
    for folder in ("../letters/2", str(tmp_path / "letters"), "letters", "../letters"):
        held["layers"][0]["grids"][0]["folder"] = folder
        (out / "atlas.json").write_text(json.dumps(held))
        with suppress(PareidoliaError):  # such an atlas may be refused, or built anew
            build(photos, out, settings(grids=(2,)), overwrite=True)
        assert (tmp_path / "letters/2/dear.txt").read_text() == "dear"
    shutil.copy(built / "atlas.json", out)
    build(photos, out, settings(grids=(2,)), overwrite=True)
    assert [path.name for path in (out / "relu1/4").iterdir()] == ["mine.txt"]


def test_leftovers_of_a_killed_build_go(built, photos, settings, tmp_path):
    out = tmp_path / "atlas"
    shutil.copytree(built, out)
    for folder in ("", "relu1/2", "stages", "stages/relu1"):
        (out / folder / ".pareidolia-cells.json-0123456789ab.part").write_text("{")
    build(photos, out, settings())
    assert not list(out.rglob("*.part"))


def test_a_network_of_ones_own(photos, settings, tmp_path):
    torch.manual_seed(1)
    module = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 3)
    )
    module.train()
    network = Network.of(module, input_shape=(3, 32, 32), mean=(0.5,) * 3, std=(0.5,) * 3, name="mine")
    chosen = settings(layer=("1",), grids=(2,), network="retina", input=None)
    build(photos, tmp_path / "atlas", chosen, network=network)
    manifest = read_manifest(tmp_path / "atlas")
    assert manifest.network == "mine" and manifest.classes == ["class 0", "class 1", "class 2"]
    assert all(each.training for each in module.modules())
    assert find_photo(tmp_path / "atlas", photos / "china/00.jpg", network)[0].layer == "1"
    with pytest.raises(PareidoliaError, match="was built with another network"):
        find_photo(tmp_path / "atlas", photos / "china/00.jpg")


@pytest.mark.parametrize("layout", ["umap", "tsne", "pca"])
def test_zeros_are_refused(layout, photos, settings, tmp_path):
    network = Network.of(Shut(), input_shape=(3, 32, 32), name="shut")
    with pytest.raises(PareidoliaError, match="every activation of relu is the same"):
        build(
            photos,
            tmp_path / "atlas",
            settings(layer=("relu",), layout=layout, network="retina", input=None),
            network=network,
        )


def test_icons_of_a_network_without_colours_are_grey(photos, settings, tmp_path):
    module = nn.Sequential(
        nn.Conv2d(1, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(24, 3)
    )
    network = Network.of(module, input_shape=(1, 32, 32), mean=(0.5,), std=(0.5,), name="gray")
    build(
        photos,
        tmp_path / "atlas",
        settings(layer=("1",), grids=(2,), network="retina", input=None),
        network=network,
    )
    held = load_file(tmp_path / "atlas/stages/1/icons-2/000000.safetensors")["values"].astype(int)
    assert held.shape[1:] == (16, 16, 3) and held.std() > 1
    assert (held.max(axis=3) - held.min(axis=3)).max() == 0


class Shut(nn.Module):
    """A layer whose rectifier never opens."""

    def __init__(self):
        super().__init__()
        self.conv, self.relu = nn.Conv2d(3, 4, 3), nn.ReLU()

    def forward(self, x):
        return self.relu(self.conv(x) - 1e6).mean((2, 3))


@pytest.mark.parametrize("stop", [1, 4, 9, 14])
def test_a_build_that_was_stopped_goes_on_to_the_same_bytes(built, photos, settings, tmp_path, stop):
    out = tmp_path / "atlas"
    for number, _ in enumerate(AtlasBuilding(photos, settings(), out=out)):
        if number == stop:
            break
    assert not (out / "atlas.json").exists()
    build(photos, out, settings())
    assert published(out) == published(built)


def test_a_network_without_classes_is_named_by_folders(photos, settings, tmp_path):
    trunk = settings().network.replace(":build", ":trunk")
    build(photos, tmp_path / "atlas", settings(network=trunk, grids=(2,)))
    manifest = read_manifest(tmp_path / "atlas")
    cells = read_cells(tmp_path / "atlas", manifest.layers[0].grids[0])
    assert manifest.classes == [] and cells.attribution is None and cells.labels[0]


def test_a_layer_without_space_has_a_point_a_picture(photos, settings, tmp_path):
    build(photos, tmp_path / "atlas", settings(layer=("head",), grids=(2,)))
    (layer,) = read_manifest(tmp_path / "atlas").layers
    assert (layer.points, layer.channels) == (36, 5)


def test_grids_are_chosen_where_none_are_named(photos, settings, tmp_path):
    build(photos, tmp_path / "atlas", settings(layer=("relu2",), grids=None))
    (layer,) = read_manifest(tmp_path / "atlas").layers
    assert layer.grids[0].side == 5 and layer.grids[-1].side < 160
    for entry in layer.grids:
        assert sum(read_cells(tmp_path / "atlas", entry).counts) >= 0.5 * layer.points


def test_too_few_pictures_for_a_grid(photos, settings, tmp_path):
    with pytest.raises(PareidoliaError, match="216 activations are too few for a grid of 160 x 160"):
        build(photos, tmp_path / "atlas", settings(grids=(2, 160), fewest=6, border=0))
    assert not (tmp_path / "atlas/atlas.json").exists()


def test_constant_activations(settings, tmp_path):
    (tmp_path / "gray").mkdir()
    for number in range(20):
        Image.new("RGB", (32, 32), (90, 90, 90)).save(tmp_path / f"gray/{number}.png")
    with pytest.raises(PareidoliaError, match="every activation of head is the same"):
        build(tmp_path / "gray", tmp_path / "atlas", settings(layer=("head",), grids=(2,)))


def test_a_wrong_layer(photos, settings, tmp_path):
    with pytest.raises(UnknownName, match="relu1 or relu2"):
        build(photos, tmp_path / "atlas", settings(layer=("rellu",)))


def test_nothing_but_broken_pictures(settings, tmp_path):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad/a.png").write_bytes(b"none")
    with pytest.raises(PareidoliaError, match="not one picture"):
        build(tmp_path / "bad", tmp_path / "atlas", settings())


def test_an_atlas_of_another_version_is_left_alone(built, photos, settings, tmp_path):
    shutil.copytree(built, tmp_path / "atlas")
    path = tmp_path / "atlas/atlas.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "version": 99}))
    with pytest.raises(
        PareidoliaError, match="an atlas of format 99, this version reads and writes format 2"
    ):
        build(photos, tmp_path / "atlas", settings(), overwrite=True)


def test_other_things_are_left_alone(photos, settings, tmp_path):
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(PareidoliaError, match="holds other things than an atlas"):
        build(photos, tmp_path, settings(), overwrite=True)


@pytest.mark.parametrize(
    ("broken", "word"),
    [("", "is broken"), ('{"format": "else"}', "not a manifest of an atlas"), ("[1]", "not a manifest")],
)
def test_a_broken_manifest_is_told(tmp_path, broken, word):
    (tmp_path / "atlas.json").write_text(broken)
    with pytest.raises(PareidoliaError, match=word):
        read_manifest(tmp_path)


def test_an_atlas_that_another_build_finished_meanwhile_is_not_replaced(photos, settings, tmp_path):
    late = AtlasBuilding(photos, settings(seed=1), out=tmp_path / "atlas")
    for _ in AtlasBuilding(photos, settings(), out=tmp_path / "atlas"):
        pass
    before = (tmp_path / "atlas/atlas.json").read_bytes()
    with pytest.raises(PareidoliaError, match="holds an atlas of other photos or settings"):
        list(late)
    assert (tmp_path / "atlas/atlas.json").read_bytes() == before


def test_a_second_build_in_the_folder_is_refused(photos, settings, tmp_path):
    first = iter(AtlasBuilding(photos, settings(), out=tmp_path / "atlas"))
    next(first)
    with pytest.raises(PareidoliaError, match="in use by another build"):
        list(AtlasBuilding(photos, settings(), out=tmp_path / "atlas"))
    for _ in first:
        pass
    assert not list((tmp_path / "atlas").rglob("*.lock"))


def test_what_is_published_of_an_atlas_names_no_home_folder(photos, network_file, tmp_path, monkeypatch):
    home = tmp_path / "homes" / "alice"
    shutil.copytree(photos, home / "mine")
    shutil.copy(network_file.rpartition(":")[0], home / "net.py")
    monkeypatch.setenv("HOME", str(home))
    chosen = AtlasSettings(
        network=f"{home / 'net.py'}:build", input="3x32x32", layer=("relu2",), positions=2, grids=(2,),
        fewest=1, icon_steps=1, icon_size=16, layout="pca",
    )  # fmt: skip
    build(home / "mine", tmp_path / "atlas", chosen)
    for path in (tmp_path / "atlas").rglob("*.json"):
        if "collection" not in path.relative_to(tmp_path / "atlas").as_posix():
            assert path.name == "settings.json" or "alice" not in path.read_text(), path
    kept = json.loads((tmp_path / "atlas/stages/settings.json").read_text())
    assert kept["photos"] == "mine"
    build(home / "mine", tmp_path / "atlas", chosen)  # the same photos are known again
    with pytest.raises(PareidoliaError, match="atlas of other photos"):
        build(photos, tmp_path / "atlas", chosen)
