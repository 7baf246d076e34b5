"""From a folder of photos to an atlas: whole, resumed, rebuilt where something changed, and refused."""

import json
import shutil

import numpy as np
import pytest
from PIL import Image
from tests.atlas.conftest import pixels

from pareidolia.atlas import AtlasBuilding, read_cells, read_manifest
from pareidolia.atlas import batches as batches_module
from pareidolia.atlas import mapping as mapping_module
from pareidolia.collecting import collector as collector_module
from pareidolia.pictures import open_uint8
from pareidolia.settings import PareidoliaError, UnknownName


def build(photos, out, settings, **more):
    """The stages that told something, in order."""
    return list(dict.fromkeys(step.stage for step in AtlasBuilding(photos, out, settings, **more)))


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


@pytest.mark.parametrize("stop", [1, 4, 9, 14])
def test_a_build_that_was_stopped_goes_on_to_the_same_bytes(built, photos, settings, tmp_path, stop):
    out = tmp_path / "atlas"
    for number, _ in enumerate(AtlasBuilding(photos, out, settings())):
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
        Image.new("RGB", (32, 32), (90, 90, 90)).save(tmp_path / f"grey/{number}.png")
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
