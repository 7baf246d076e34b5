"""An atlas from elsewhere: its manifest deletes, reads and runs nothing outside."""

import json
import os
import shutil

import pytest

from pareidolia.atlas import AtlasBuilding, find_photo, read_cells, read_manifest
from pareidolia.safety import trusting
from pareidolia.settings import PareidoliaError


@pytest.fixture(scope="module")
def built(photos, settings, tmp_path_factory):
    out = tmp_path_factory.mktemp("foreign") / "atlas"
    for _ in AtlasBuilding(photos, settings(), out=out):
        pass
    return out


@pytest.fixture
def atlas(built, tmp_path):
    return shutil.copytree(built, tmp_path / "atlas")


def rename_grid(atlas, folder):
    held = json.loads((atlas / "atlas.json").read_text())
    held["layers"][0]["grids"][0]["folder"] = folder
    (atlas / "atlas.json").write_text(json.dumps(held))


@pytest.mark.parametrize(
    "folder",
    ["../photos", "{home}/photos", "relu1/../../photos", "", ".", "stages", "C:/x", "a\\..\\b", "a//b"],
)
def test_grids_stay_below_the_atlas(atlas, photos, settings, tmp_path, folder):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos/mine.txt").write_text("mine")
    rename_grid(atlas, folder.format(home=tmp_path))
    for overwrite in (False, True):
        with pytest.raises(PareidoliaError, match="leads out of the atlas"):
            for _ in AtlasBuilding(photos, settings(), out=atlas, overwrite=overwrite):
                pass
    assert (tmp_path / "photos/mine.txt").exists()


def test_a_link_leads_out_of_the_atlas_neither_to_read_nor_to_write(atlas, photos, settings, tmp_path):
    shutil.move(atlas / "relu1", tmp_path / "moved")
    (atlas / "relu1").symlink_to(tmp_path / "moved")
    before = sorted((tmp_path / "moved").rglob("*"))
    with pytest.raises(PareidoliaError, match="leads out of the atlas"):
        read_cells(atlas, read_manifest(atlas).layers[0].grids[0])
    with pytest.raises(PareidoliaError, match="leads out of the atlas"):
        list(AtlasBuilding(photos, settings(), out=atlas, overwrite=True))
    assert sorted((tmp_path / "moved").rglob("*")) == before


def test_a_stale_grid_goes_and_other_folders_and_files_stay(atlas, photos, settings):
    (atlas / "relu1/4/mine.txt").write_text("mine")
    (atlas / "mine").mkdir()
    (atlas / "mine/cells.json").write_text("{}")
    rename_grid(atlas, "mine")
    list(AtlasBuilding(photos, settings(grids=(2,)), out=atlas, overwrite=True))
    assert [path.name for path in (atlas / "relu1/4").iterdir()] == ["mine.txt"]
    assert not (atlas / "relu2/4").exists()
    assert (atlas / "mine/cells.json").exists()


def test_a_folder_with_stages_of_its_own_is_no_atlas(photos, settings, tmp_path):
    (tmp_path / "theatre/stages/collection-2023").mkdir(parents=True)
    (tmp_path / "theatre/stages/collection-2023/hall.jpg").write_text("mine")
    with pytest.raises(PareidoliaError, match="holds other things than an atlas"):
        AtlasBuilding(photos, settings(), out=tmp_path / "theatre", overwrite=True)
    assert (tmp_path / "theatre/stages/collection-2023/hall.jpg").exists()


def test_an_atlas_runs_no_network_of_its_own(atlas, photos):
    with pytest.raises(PareidoliaError, match=r"names code to run, '.*net\.py:build'"):
        find_photo(atlas, photos / "flower/14.jpg")
    with trusting():
        assert len(find_photo(atlas, photos / "flower/14.jpg")) == 2


def test_a_pipe_in_place_of_the_manifest_is_refused(atlas):
    (atlas / "atlas.json").unlink()
    os.mkfifo(atlas / "atlas.json")
    with pytest.raises(PareidoliaError, match="not an ordinary file"):
        read_manifest(atlas)
