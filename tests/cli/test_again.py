import shutil

import numpy as np
import pytest
from PIL import Image
from tests.cli.test_style import assert_refused, pixels


def test_again_gives_the_same_pixels(studio):
    studio.style("--seed", "3", "--start", "noise")
    code, _, _ = studio.run("again", "out.png", "--trust", "--out", "same.png")
    assert code == 0
    assert np.array_equal(pixels("out.png"), pixels("same.png"))


def test_again_from_another_folder(studio, monkeypatch):
    (studio.folder / "results").mkdir()
    network = ("--network", studio.folder / "net.py:build", "--weights", "random")
    size = ("--size", "64", "--coarsest", "48", "--coarse-steps", "2", "--steps", "3")
    studio.run("style", "photo.png", "painting.png", *network, *size, "--out", "results/out.png")
    monkeypatch.chdir(studio.folder / "results")
    assert studio.run("again", "out.png", "--trust", "--out", "same.png")[0] == 0
    assert np.array_equal(pixels("out.png"), pixels("same.png"))


def test_again_with_a_setting_changed(studio):
    studio.style()
    studio.run("again", "out.png", "--trust", "--size", "60", "--out", "larger.png")
    assert Image.open("larger.png").size == (60, 40)


def test_again_finds_pictures_moved_together(studio):
    studio.style()
    (studio.folder / "moved").mkdir()
    for name in ("out.png", "photo.png", "painting.png"):
        shutil.move(studio.folder / name, studio.folder / "moved" / name)
    assert studio.run("again", "moved/out.png", "--trust", "--out", "same.png")[0] == 0


def test_a_picture_without_a_record_is_refused(studio):
    assert_refused(*studio.run("again", "photo.png", "--trust", "--out", "same.png"), "photo.png")


def test_a_photo_that_is_gone_or_changed_is_told(studio):
    studio.style()
    Image.new("RGB", (90, 60), "blue").save("photo.png")
    assert_refused(*studio.run("again", "out.png", "--trust", "--out", "same.png"), "content changed")
    (studio.folder / "photo.png").unlink()
    assert_refused(*studio.run("again", "out.png", "--trust", "--out", "same.png"), "no longer there")
    assert studio.left() == ["out.png"]


@pytest.mark.parametrize("record", ["[]", "{}", '{"operation": "styel", "inputs": {}, "settings": {}}', "{"])
def test_a_broken_record_is_told(studio, record):
    from PIL.PngImagePlugin import PngInfo

    text = PngInfo()
    text.add_text("pareidolia", record)
    Image.new("RGB", (9, 9)).save("odd.png", pnginfo=text)
    code, out, err = studio.run("again", "odd.png", "--trust", "--out", "same.png")
    assert code == 2 and err.count("\n") == 1 and out == ""
