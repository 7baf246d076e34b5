import shutil

import numpy as np
import pytest
from safetensors.numpy import load_file

from pareidolia.atlas import AtlasBuilding, find_photo
from pareidolia.atlas.collected import CollectedActivations
from pareidolia.collecting import Collection
from pareidolia.safety import trusting
from pareidolia.settings import BadPicture, PareidoliaError


@pytest.fixture(autouse=True)
def trust():
    """These atlases name a network of the tests' own."""
    with trusting():
        yield


@pytest.fixture(scope="module")
def built(photos, settings, tmp_path_factory):
    out = tmp_path_factory.mktemp("finding") / "atlas"
    for _ in AtlasBuilding(photos, settings(), out=out):
        pass
    return out


def test_a_photo_of_the_atlas_lands_where_its_activations_lie(built, photos):
    (folder,) = (built / "stages").glob("collection-*")
    collected = CollectedActivations(Collection.open(folder))
    names = collected.collection.files.names
    number = names.index("flower/14.jpg")
    landings = find_photo(built, photos / "flower/14.jpg")
    assert [each.layer for each in landings] == ["relu1", "relu2"]
    for landing, width in zip(landings, (32, 16), strict=True):
        places = load_file(built / f"stages/{landing.layer}/layout.safetensors")["places"]
        for point in np.flatnonzero(collected.pictures == number):
            row, column = collected.positions(landing.layer)[point]
            found = landing.places[row * width + column]
            np.testing.assert_allclose(found, places[point], atol=0.02)


def test_a_landing_counts_every_position_and_links_to_the_cell_of_most(built, photos):
    landing = find_photo(built, photos / "china/00.jpg")[1]
    counts = [count for _, count, _ in landing.cells]
    assert sum(counts) == 16 * 16 and counts == sorted(counts, reverse=True)
    (row, column), _, classes = landing.cells[0]
    assert landing.link.startswith(f"layer=relu2&at={(column + 0.5) / 4:.4f},{(row + 0.5) / 4:.4f},")
    assert not classes or classes[0].startswith("class ")


def test_what_is_no_picture_is_told(built, photos):
    with pytest.raises(BadPicture, match=r"broken\.jpg"):
        find_photo(built, photos / "china/broken.jpg")


def test_an_atlas_without_its_stages_is_told(built, photos, tmp_path):
    shutil.copytree(built, tmp_path / "atlas", ignore=shutil.ignore_patterns("stages"))
    with pytest.raises(PareidoliaError, match="published without what it was built from"):
        find_photo(tmp_path / "atlas", photos / "china/00.jpg")


def test_a_folder_without_an_atlas_is_told(tmp_path, photos):
    with pytest.raises(PareidoliaError, match="holds no atlas"):
        find_photo(tmp_path, photos / "china/00.jpg")
