"""`pareidolia atlas build`, `view` and `find` from the command line."""

import json

import pytest
from PIL import Image

from pareidolia.pictures import sample_photo, save_picture

QUICK = ("--input", "3x32x32", "--layout", "pca", "--positions", 6, "--icon-size", 16, "--icon-steps", 1)


@pytest.fixture
def atlas(studio):
    """Runs the command in a folder with 24 photos in two folders."""
    for name in ("china", "flower"):
        (studio.folder / "photos" / name).mkdir(parents=True)
        whole = sample_photo(name)
        for number in range(12):
            crop = whole[..., 20 * number : 20 * number + 96, 40 * number : 40 * number + 96]
            save_picture(crop, studio.folder / f"photos/{name}/{number}.jpg")

    def run(*more, layers=("relu1", "relu3"), grids=(2, 3), out="map"):
        chosen = ("--network", "net.py:build", "--layer", *layers, "--grids", *grids)
        return studio.run("atlas", "build", "photos", *QUICK, *chosen, "--out", out, *more)

    return run


def test_it_builds_and_finds(atlas, studio):
    code, out, err = atlas()
    assert code == 0
    assert "collecting, 24 of 24" in err and "pareidolia atlas view map shows it" in out
    code, out, _ = studio.run("atlas", "find", "map", "photos/flower/3.jpg", "--trust")
    assert code == 0 and "#layer=relu3&at=" in out and "positions" in out
    code, out, _ = studio.run("atlas", "find", "map", "photos/flower/3.jpg", "--trust", "--json")
    rows = json.loads(out)["rows"]
    assert list(dict.fromkeys(each["layer"] for each in rows)) == ["relu1", "relu3"]
    assert all(each["positions"] <= each["of"] for each in rows)


def test_its_json_is_one_object(atlas):
    code, out, _ = atlas("--json")
    told = json.loads(out)
    assert code == 0 and "of 24 photos" in told["shows"]
    assert [row["layer"] for row in told["rows"]] == ["relu1", "relu3"] and told["rows"][0]["icons"] > 2


def test_another_atlas_is_not_overwritten(atlas):
    assert atlas("--quiet")[0] == 0
    code, _, err = atlas("--seed", 1)
    assert code == 2 and "--overwrite" in err and err.count("\n") == 1
    assert atlas("--quiet")[0] == 0  # the same again is no other


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"layers": ("rely1",)}, "did you mean relu1"),
        ({"layers": ("relu1", "relu1")}, "named twice"),
        ({"grids": (4, 2)}, "from coarse to fine"),
        ({"grids": (300,)}, "too few for a grid of 300 x 300"),
        ({"out": "photo.png"}, "is a file"),
    ],
)
def test_bad_input_is_told_in_one_line(atlas, more, words):
    code, _, err = atlas("--quiet", **more)
    assert code == 2 and words in err and err.count("\n") == 1


def test_a_folder_without_pictures(studio):
    (studio.folder / "empty").mkdir()
    code, _, err = studio.run("atlas", "build", "empty", "--layer", "relu1", "--out", "map")
    assert code == 2 and "no picture in 'empty'" in err


def test_viewing_what_is_no_atlas(studio):
    code, _, err = studio.run("atlas", "view", studio.folder)
    assert code == 2 and "holds no atlas" in err


def test_finding_what_is_no_picture(atlas, studio):
    atlas("--quiet")
    Image.new("RGB", (8, 8)).save(studio.folder / "small.png")
    assert studio.run("atlas", "find", "map", "small.png", "--trust")[0] == 0
    code, _, err = studio.run("atlas", "find", "map", "net.py", "--trust")
    assert code == 2 and "net.py" in err
