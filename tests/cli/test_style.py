import json
import os
import pickle
import signal

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from pareidolia.pictures import read_record


def pixels(path):
    return np.asarray(Image.open(path))


def test_a_painting_is_made_and_told_of(studio):
    code, out, _ = studio.style("--json")
    assert code == 0
    answer = json.loads(out)
    assert answer["out"] == "out.png" and answer["seconds"] > 0
    assert set(answer["losses"]) == {"content", "style", "total variation", "color grain"}
    assert answer["settings"]["steps"] == 3 and answer["settings"]["network"] == "net.py:build"
    assert Image.open("out.png").size == (64, 43)
    assert studio.left() == ["out.png"]


def test_the_picture_carries_its_settings(studio):
    studio.style("--seed", "7")
    record = read_record(studio.folder / "out.png")
    assert record["operation"] == "style" and record["settings"]["seed"] == 7
    assert record["inputs"]["content"]["path"] == "photo.png"


def test_the_same_seed_gives_the_same_bytes(studio):
    studio.style("--start", "noise")
    studio.style("--start", "noise", out="same.png")
    studio.style("--start", "noise", "--seed", "1", out="other.png")
    first, same, other = (
        (studio.folder / name).read_bytes() for name in ("out.png", "same.png", "other.png")
    )
    assert first == same != other


def test_several_paintings_are_blended_by_weight(studio):
    Image.new("RGB", (40, 40), "red").save("red.png")
    both = ("photo.png", "painting.png", "red.png")
    studio.style()
    code, _, _ = studio.style("--painting-weights", "1", "0", pictures=both, out="first.png")
    assert code == 0
    studio.style(pictures=both, out="blend.png")
    assert np.array_equal(pixels("out.png"), pixels("first.png"))
    assert not np.array_equal(pixels("out.png"), pixels("blend.png"))


def test_alpha_is_put_back(studio):
    see_through = Image.open("photo.png").convert("RGBA")
    see_through.putalpha(Image.radial_gradient("L").resize(see_through.size))
    see_through.save("photo.png")
    studio.style()
    painted = Image.open("out.png")
    assert painted.mode == "RGBA"
    expected = np.asarray(see_through.getchannel("A").resize(painted.size, Image.Resampling.LANCZOS), float)
    assert np.abs(np.asarray(painted.getchannel("A"), float) - expected).mean() < 3


def test_progress_is_plain_lines_without_a_terminal_and_none_when_quiet(studio):
    _, out, err = studio.style()
    assert (
        "size 2 of 2, loss " in err and "100 %" in err and "out.png: painted, through net.py:build, in" in out
    )
    _, out, err = studio.style("--quiet", out="quiet.png")
    assert out == err == ""


class Malicious:
    def __reduce__(self):
        return os.mkdir, ("hacked",)


def bad_file(name, content):
    def make(folder):
        (folder / name).write_bytes(content)
        return name

    return make


def truncated(folder):
    Image.effect_noise((200, 200), 90).convert("RGB").save(folder / "whole.jpg")
    data = (folder / "whole.jpg").read_bytes()
    (folder / "whole.jpg").unlink()
    (folder / "cut.jpg").write_bytes(data[: len(data) // 2])
    return "cut.jpg"


def sized(width, height):
    def make(folder):
        Image.new("1", (width, height), 1).save(folder / f"{width}x{height}.png")
        return f"{width}x{height}.png"

    return make


BAD_PHOTOS = {
    "missing": (lambda folder: "nowhere.png", "nowhere.png"),
    "folder": (lambda folder: str(folder), "folder"),
    "text": (bad_file("text.png", b"not a picture at all"), "text.png"),
    "empty": (bad_file("empty.jpg", b""), "empty.jpg"),
    "truncated": (truncated, "cut.jpg"),
    "60000x2": (sized(60000, 2), "needs at least 32"),
    "bomb": (sized(20000, 10000), "20000x10000"),
}


@pytest.mark.parametrize("kind", BAD_PHOTOS)
@pytest.mark.parametrize("place", ["photo", "painting"])
def test_a_bad_picture_is_one_clear_line(studio, kind, place):
    make, told = BAD_PHOTOS[kind]
    name = make(studio.folder)
    before = studio.left()
    pair = (name, "painting.png") if place == "photo" else ("photo.png", name)
    code, out, err = studio.style(pictures=pair)
    assert_refused(code, out, err, told)
    assert studio.left() == before


@pytest.mark.parametrize("place", [0, 1])
def test_a_picture_of_one_pixel_is_a_plain_colour(studio, place):
    pair = ["photo.png", "painting.png"]
    pair[place] = sized(1, 1)(studio.folder)
    assert studio.style(pictures=pair)[0] == 0


def assert_refused(code, out, err, told):
    assert code == 2, err
    assert out == ""
    assert err.startswith("pareidolia: ") and err.count("\n") == 1, err
    assert told in err


def test_an_existing_target_is_kept(studio):
    (studio.folder / "out.png").write_text("mine")
    assert_refused(*studio.style(), "out.png")
    assert (studio.folder / "out.png").read_text() == "mine"
    code, _, _ = studio.style("--overwrite")
    assert code == 0 and Image.open("out.png").size == (64, 43)


@pytest.mark.parametrize("target", ["no/such/folder/out.png", "out.xyz", "."])
def test_a_target_that_cannot_be_written_is_refused_before_painting(studio, target):
    code, out, err = studio.style(out=target)
    assert code == 2 and err.count("\n") == 1 and out == ""
    assert studio.left() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_an_unwritable_folder_is_refused(studio):
    (studio.folder / "closed").mkdir(mode=0o500)
    code, _, err = studio.style(out="closed/out.png")
    assert code == 2 and "closed" in err


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--style-layers", "relu9"), "did you mean relu"),
        (("--content-layers", "conv"), "did you mean conv"),
        (("--network", "torchvision:vgg91"), "did you mean torchvision:vgg1"),
        (("--network", "net.py:missing"), "missing"),
        (("--network", "absent.py:build"), "absent.py"),
        (("--weights", "absent.safetensors"), "absent.safetensors"),
        (("--steps", "0"), "--steps"),
        (("--size", "many"), "many"),
        (("--style-weight", "0", "--content-weight", "0"), "cannot both be 0"),
        (("--style-layer-weights", "1", "2"), "weights"),
        (("--painting-weights", "1", "2"), "weights"),
        (("--stile-weight", "1"), "--style-weight"),
        (("--optimizer", "sgd"), "adam"),
    ],
)
def test_a_wrong_option_is_one_clear_line(studio, arguments, told):
    assert_refused(*studio.style(*arguments), told)
    assert studio.left() == []


def test_no_painting_at_all_is_refused(studio):
    assert_refused(*studio.style(pictures=("photo.png",)), "at least one style")


def test_weights_of_another_architecture_are_refused(studio):
    save_file({"other.weight": torch.zeros(3)}, studio.folder / "w.safetensors")
    code, out, err = studio.style("--weights", "w.safetensors")
    assert_refused(code, out, err, "w.safetensors")
    assert "conv1.weight" in err


def test_a_pickle_with_code_in_it_is_not_run(studio):
    with (studio.folder / "w.pth").open("wb") as file:
        pickle.dump(Malicious(), file)
    assert_refused(*studio.style("--weights", "w.pth"), "w.pth")
    assert not (studio.folder / "hacked").exists()


class TestInterruption:
    @pytest.fixture
    def stop_after(self, monkeypatch):
        """Press Ctrl-C (or send a signal) during the given step."""
        from pareidolia.painting import Painting

        step = Painting.step

        def arrange(index, number=signal.SIGINT):
            def stopping(painting):
                if painting.index + 1 == index:
                    os.kill(os.getpid(), number)
                return step(painting)

            monkeypatch.setattr(Painting, "step", stopping)

        yield arrange

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_stopping_saves_what_there_is_and_resume_ends_with_the_same_bytes(
        self, studio, stop_after, monkeypatch, number, code
    ):
        studio.style(out="whole.png")
        with monkeypatch.context():
            stop_after(2, number)
            stopped, out, _ = studio.style()
        assert stopped == code and "stopped at step 2 of 5" in out and "--resume" in out
        assert studio.left() == ["out.png", "out.png.resume", "whole.png"]
        assert read_record(studio.folder / "out.png")["unfinished"] == {"step": 2, "of": 5}
        monkeypatch.undo()
        monkeypatch.chdir(studio.folder)
        resumed, out, _ = studio.style("--resume")
        assert resumed == 0 and "going on from step 2 of 5" in out
        assert (studio.folder / "out.png").read_bytes() == (studio.folder / "whole.png").read_bytes()
        assert studio.left() == ["out.png", "whole.png"]

    def test_a_checkpoint_is_not_lost_unasked(self, studio, stop_after):
        stop_after(2)
        studio.style()
        assert_refused(*studio.style(), "out.png")
        (studio.folder / "out.png").unlink()
        assert_refused(*studio.style(), "--resume goes on")
        assert studio.left() == ["out.png.resume"]

    def test_a_checkpoint_of_other_settings_is_not_resumed(self, studio, stop_after):
        stop_after(2)
        studio.style()
        code, out, err = studio.style("--resume", "--seed", "9")
        assert_refused(code, out, err, "settings.seed: 0 there, 9 here")

    def test_a_broken_checkpoint_is_told(self, studio):
        (studio.folder / "out.png.resume").write_bytes(b"half")
        assert_refused(*studio.style("--resume"), "out.png.resume")

    def test_resume_without_a_checkpoint_begins(self, studio):
        assert studio.style("--resume")[0] == 0
