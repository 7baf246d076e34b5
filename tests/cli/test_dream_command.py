import json
import os
import signal

import numpy as np
import pytest
from PIL import Image

from pareidolia.painting import Painting
from pareidolia.pictures import read_record

NETWORK = ("--network", "net.py:build", "--weights", "random")


def dream(studio, *more, photo=("photo.png",), out="out.png", size=64):
    """Three steps at 53x36 pixels and three at 64x43, unless told otherwise."""
    quick = ("--size", size, "--octaves", "2", "--octave-scale", "1.2", "--steps", "3")
    return studio.run("dream", *photo, *NETWORK, *quick, "--out", out, *more)


def pixels(path):
    return np.asarray(Image.open(path))


def test_a_dream_is_made_told_of_and_dreamt_again(studio):
    code, out, _ = dream(studio, "--json", "--guide", "painting.png", "--aim", "relu2", "relu1:3")
    assert code == 0
    answer = json.loads(out)
    assert set(answer["losses"]) == {"guide at relu2", "guide at relu1"}
    assert answer["settings"]["aim"] == ["relu2", "relu1:3"]
    record = read_record(studio.folder / "out.png")
    assert record["operation"] == "dream" and set(record["inputs"]) == {"photo", "guide"}
    assert Image.open("out.png").size == (64, 43)
    assert studio.run("again", "out.png", "--trust", "--out", "same.png")[0] == 0
    assert np.array_equal(pixels("out.png"), pixels("same.png"))
    studio.run("again", "out.png", "--trust", "--seed", "1", "--out", "other.png")
    assert not np.array_equal(pixels("out.png"), pixels("other.png"))


def test_the_mask_leaves_the_rest_to_the_byte(studio):
    mask = np.zeros((60, 90), np.uint8)
    mask[20:40, 30:60] = 255
    Image.fromarray(mask).save("mask.png")
    assert dream(studio, "--mask", "mask.png", size=90)[0] == 0
    before, after = pixels("photo.png"), pixels("out.png")
    assert (before[mask == 0] == after[mask == 0]).all()
    assert (before[mask > 0] != after[mask > 0]).any()


def test_a_dream_from_nothing_is_square(studio):
    assert dream(studio, "--start", "noise", "--gray", photo=())[0] == 0
    assert Image.open("out.png").size == (64, 64) and Image.open("out.png").mode == "L"


def test_stopping_saves_what_there_is_and_resume_ends_with_the_same_bytes(studio, monkeypatch):
    dream(studio, out="whole.png")
    step = Painting.step

    def stopping(painting):
        if painting.index + 1 == 2:
            os.kill(os.getpid(), signal.SIGINT)
        return step(painting)

    with monkeypatch.context() as patched:
        patched.setattr(Painting, "step", stopping)
        assert dream(studio)[0] == 130
    assert studio.left() == ["out.png", "out.png.resume", "whole.png"]
    code, out, _ = dream(studio, "--resume")
    assert code == 0 and "going on from step 2" in out
    assert (studio.folder / "out.png").read_bytes() == (studio.folder / "whole.png").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--aim", "relu9"), "did you mean relu"),
        (("--aim", "random-class"), "it has no classes"),
        (("--aim", "class:dog"), "has no class names"),
        (("--aim", "relu1", "relu2 - 0.5*relu3:99"), "has channels 0 to"),
        (("--aim", "0*relu1"), "nothing to dream of"),
        (("--aim", "energy"), "write energy:LAYER"),
        (("--start", "noise"), "takes no photo"),
        (("--guide", "nowhere.png"), "nowhere.png"),
        (("--mask", "net.py"), "net.py"),
        (("--octave-scale", "1"), "--octave-scale"),
        (("--tile", "3"), "--tile"),
    ],
)
def test_a_wrong_option_is_one_clear_line(studio, arguments, told):
    code, out, err = dream(studio, *arguments)
    assert code == 2 and out == "" and err.count("\n") == 1, err
    assert err.startswith("pareidolia: ") and told in err
    assert studio.left() == []


def test_no_photo_is_refused(studio):
    code, _, err = dream(studio, photo=())
    assert code == 2 and err.count("\n") == 1 and "give a photo" in err


class TestVideo:
    @staticmethod
    def video(studio, *more, out="video.gif", frames=3):
        return dream(studio, "--frames", frames, "--rotate", "2", "--frame-steps", "1", *more, out=out)

    def test_a_film_is_made_and_only_the_film_stays(self, studio):
        code, out, _ = self.video(studio, "--json")
        assert code == 0 and json.loads(out)["settings"]["frames"] == 3
        assert studio.left() == ["video.gif"]
        with Image.open("video.gif") as video:
            assert video.n_frames == 3 and video.size == (64, 43)

    def test_stopping_keeps_the_frames_and_resume_ends_with_the_same_bytes(self, studio, monkeypatch):
        self.video(studio, out="whole.gif")
        step, made = Painting.step, []

        def stopping(painting):
            made.append(painting)
            if len(made) == 8:  # six steps are the still, the next two a frame
                os.kill(os.getpid(), signal.SIGINT)
            return step(painting)

        with monkeypatch.context() as patched:
            patched.setattr(Painting, "step", stopping)
            code, out, _ = self.video(studio)
        assert code == 130 and "stopped after frame 1 of 3" in out
        assert studio.left() == ["video.gif.frames", "whole.gif"]
        code, _, err = self.video(studio)
        assert code == 2 and "--resume goes on" in err
        code, out, _ = self.video(studio, "--resume")
        assert code == 0 and "going on from frame 1 of 3" in out
        assert (studio.folder / "video.gif").read_bytes() == (studio.folder / "whole.gif").read_bytes()
        assert studio.left() == ["video.gif", "whole.gif"]

    def test_a_film_is_no_picture(self, studio):
        code, _, err = self.video(studio, out="video.png")
        assert code == 2 and ".mp4 .gif" in err and studio.left() == []


class TestExplanation:
    @pytest.mark.parametrize(
        ("arguments", "told"),
        [
            (("photo.png",), "does not have ImageNet's breeds of dogs among its classes"),
            (("photo.png", "--resume"), "nothing to resume"),
            (("photo.png", "--guide", "painting.png"), "--guide"),
            (("nowhere.png",), "nowhere.png"),
        ],
    )
    def test_what_cannot_be_explained_is_one_line(self, studio, arguments, told):
        code, _, err = studio.run("explain-dreams", *arguments, *NETWORK, "--out", "why", "--quiet")
        assert code == 2 and err.count("\n") == 1 and told in err
        assert studio.left() == []

    def test_a_page_that_is_there_is_kept(self, studio):
        (studio.folder / "why").mkdir()
        (studio.folder / "why/why_dogs.md").write_text("mine")
        code, _, err = studio.run("explain-dreams", "photo.png", *NETWORK, "--out", "why")
        assert code == 2 and "name another folder" in err
        assert (studio.folder / "why/why_dogs.md").read_text() == "mine"

    def test_no_target_is_one_line(self, studio):
        code, _, err = studio.run("dream", "photo.png", *NETWORK)
        assert code == 2 and "say where to: --out" in err
