"""Folders of photos by folders of paintings, and the figures that show what style is."""

import json
import shutil

import pytest
from PIL import Image

from pareidolia.pictures import read_record


@pytest.fixture
def folders(studio):
    (studio.folder / "photos").mkdir()
    (studio.folder / "paintings").mkdir()
    for name in ("photos/a.png", "photos/b.jpg"):
        Image.open("photo.png").save(studio.folder / name)
    for name in ("paintings/x.png", "paintings/y.png"):
        shutil.copy("painting.png", studio.folder / name)
    return studio


def made(studio, folder="out"):
    return sorted(path.name for path in (studio.folder / folder).iterdir())


def test_every_photo_is_painted_like_every_painting(folders):
    code, _, _ = folders.style(pictures=("photos", "paintings"), out="out")
    assert code == 0
    assert made(folders) == ["a--x.png", "a--y.png", "b--x.png", "b--y.png"]
    record = read_record(folders.folder / "out/b--y.png")
    assert record["inputs"]["content"]["path"] == "../photos/b.jpg"


def test_a_folder_of_photos_takes_a_blend_of_files(folders):
    code, _, _ = folders.style(
        "--painting-weights", "1", "3", pictures=("photos", "painting.png", "photo.png"), out="out"
    )
    assert code == 0
    assert made(folders) == ["a.png", "b.png"]


def test_an_error_in_one_is_told_and_the_rest_are_painted(folders):
    (folders.folder / "photos/a.png").write_bytes(b"not a picture")
    code, _, err = folders.style(pictures=("photos", "painting.png"), out="out")
    assert code == 1
    assert made(folders) == ["b.png"]
    assert "out/a.png: not made: " in err and "1 of 2 could not be made" in err


def test_json_has_an_object_a_result(folders):
    (folders.folder / "photos/a.png").write_bytes(b"not a picture")
    for made_already in (False, True):
        code, out, _ = folders.style("--json", pictures=("photos", "painting.png"), out="out")
        failed, made_one = map(json.loads, out.splitlines())
        assert code == 1 and failed["out"] == "out/a.png" and "photos/a.png" in failed["error"]
        assert made_one["out"] == "out/b.png" and (made_one["shows"] == "made already") == made_already


def test_what_is_made_stays_and_what_is_missing_is_made(folders):
    folders.style(pictures=("photos", "painting.png"), out="out")
    before = (folders.folder / "out/a.png").stat()
    (folders.folder / "out/b.png").unlink()
    code, out, _ = folders.style(pictures=("photos", "painting.png"), out="out")
    assert code == 0 and "out/a.png: made already" in out
    assert (folders.folder / "out/a.png").stat().st_mtime_ns == before.st_mtime_ns
    assert made(folders) == ["a.png", "b.png"]


def test_what_was_made_otherwise_is_kept_unless_told(folders):
    folders.style(pictures=("photos", "painting.png"), out="out")
    code, _, err = folders.style("--seed", "3", pictures=("photos", "painting.png"), out="out")
    assert code == 1 and "exists already" in err
    assert read_record(folders.folder / "out/a.png")["settings"]["seed"] == 0
    code, _, _ = folders.style("--seed", "3", "--overwrite", pictures=("photos", "painting.png"), out="out")
    assert code == 0
    assert read_record(folders.folder / "out/a.png")["settings"]["seed"] == 3


def test_pictures_of_one_name_do_not_meet(folders):
    Image.open("photo.png").save(folders.folder / "photos/a.jpg")
    folders.style(pictures=("photos", "painting.png"), out="out")
    assert made(folders) == ["a.jpg.png", "a.png.png", "b.png"]


@pytest.mark.parametrize(
    ("pictures", "more", "out", "told"),
    [
        (("photos", "painting.png"), (), "out.png", "go to a folder"),
        (("photos",), (), "out", "at least one style"),
        (("photo.png", "paintings"), ("--painting-weights", "1", "2"), "out", "--painting-weights"),
        (("empty", "painting.png"), (), "out", "no picture in"),
    ],
)
def test_folders_that_make_no_sense_are_refused(folders, pictures, more, out, told):
    (folders.folder / "empty").mkdir()
    code, _, err = folders.style(*more, pictures=pictures, out=out)
    assert code == 2 and err.count("\n") == 1 and told in err
    assert not (folders.folder / out).exists()


def test_a_mask_is_kept_in_the_record_and_painted_again(studio):
    Image.linear_gradient("L").rotate(90).save("mask.png")
    assert studio.style("--mask", "mask.png")[0] == 0
    assert read_record(studio.folder / "out.png")["inputs"]["mask"]["path"] == "mask.png"
    assert studio.run("again", "out.png", "--trust", "--out", "again.png")[0] == 0
    assert (studio.folder / "again.png").read_bytes() == (studio.folder / "out.png").read_bytes()


FIGURES = ("--size", "48", "--reconstruction-steps", "2", "--coarse-steps", "1", "--steps", "1")


def figures(studio, *more, pictures=("photo.png", "painting.png")):
    network = ("--network", "net.py:build", "--weights", "random")
    return studio.run("style-figures", *pictures, *network, *FIGURES, *more, "--out", "figures")


def test_figures_show_content_style_weights_and_paintings(studio):
    code, _, err = figures(studio, "--style-weights", "100", "10")
    assert code == 0, err
    sheets = [name for name in made(studio, "figures") if name.endswith(".png")]
    assert sheets == ["1-content.png", "2-style.png", "3-matrix.png", "4-paintings.png"]
    # Three layers: each by itself, growing sets of them, and those by two weights; one painting.
    assert len(made(studio, "figures/cells")) == 3 + 3 + 3 * 2 + 1
    content = read_record(studio.folder / "figures/cells/content-2.png")["settings"]
    assert content["style_weight"] == 0 and content["content_layers"] == ["relu2"]
    matrix = read_record(studio.folder / "figures/cells/matrix-2-1.png")["settings"]
    assert matrix["style_layers"] == ["relu1", "relu2"] and matrix["style_weight"] == 100


def test_figures_go_on_where_they_were_stopped(studio):
    figures(studio)
    (studio.folder / "figures/cells/style-2.png").unlink()
    kept = {path: path.stat().st_mtime_ns for path in (studio.folder / "figures/cells").iterdir()}
    assert figures(studio, "--overwrite")[0] == 0
    assert all(path.stat().st_mtime_ns == before for path, before in kept.items())
    assert (studio.folder / "figures/cells/style-2.png").exists()


def test_figures_of_a_missing_picture_are_refused_at_once(studio):
    code, _, err = figures(studio, pictures=("photo.png", "absent.png"))
    assert code == 2 and "absent.png" in err and err.count("\n") == 1
    assert not (studio.folder / "figures").exists()


def test_the_lock_of_a_dead_process_goes_though_its_picture_was_whole(studio):
    (studio.folder / "photos").mkdir()
    (studio.folder / "photo.png").rename(studio.folder / "photos/a.png")
    words = {"pictures": ("photos", "painting.png"), "out": "out"}
    assert studio.style("--steps", "1", "--coarse-steps", "1", **words)[0] == 0
    (studio.folder / "out/.pareidolia-a.png.lock").touch()
    code, out, _ = studio.style("--steps", "1", "--coarse-steps", "1", **words)
    assert code == 0 and "made already" in out
    assert [path.name for path in (studio.folder / "out").iterdir()] == ["a.png"]
