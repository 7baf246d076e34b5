"""`pareidolia features`, `class-model`, `invert`, `caricature`: flags, files, records, resume, refusals."""

import json
import signal

import pytest
from PIL import Image
from tests.cli.test_inspection import classifying  # noqa: F401 (a fixture)

NET = ("--network", "net.py:build", "--input", "3x32x32")
QUICK = ("--size", "32", "--steps", "4", "--quiet")


def pixels(path):
    return Image.open(path).convert("RGB").tobytes()


def test_features_on_a_sheet_and_again(studio):
    flags = ("--layer", "relu2", "--units", "0-2", "7", *QUICK)
    code, out, err = studio.run("features", *NET, *flags, "--json", "--out", "a.png")
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["settings"]["units"] == ["0-2", "7"] and len(answer["losses"]) == 4
    assert studio.run("again", "a.png", "--trust", "--out", "b.png")[0] == 0
    assert pixels("a.png") == pixels("b.png")
    assert studio.left() == ["a.png", "b.png"]


def test_aims_with_signs_and_maco(studio):
    flags = ("--aim", "relu2:1 - 0.5*relu2:3", "relu3@middle", "--canvas", "maco", "--copies", "2")
    code, _, err = studio.run("features", *NET, *flags, *QUICK, "--out", "a.jpg")
    assert (code, err) == (0, "")


def test_a_stopped_sheet_goes_on_to_the_same_bytes(studio, monkeypatch):
    from pareidolia.painting import Gallery

    flags = ("features", *NET, "--layer", "relu2", "--units", "0-2", *QUICK)
    assert studio.run(*flags, "--out", "whole.png")[0] == 0
    step = Gallery.step

    def interrupted(self):
        if self.index == 1:
            signal.raise_signal(signal.SIGINT)
        return step(self)

    monkeypatch.setattr(Gallery, "step", interrupted)
    assert studio.run(*flags, "--out", "a.png")[0] == 130
    assert studio.left() == ["a.png", "a.png.resume", "whole.png"]
    monkeypatch.setattr(Gallery, "step", step)
    assert studio.run(*flags, "--out", "a.png", "--resume")[0] == 0
    assert pixels("a.png") == pixels("whole.png")
    assert studio.left() == ["a.png", "whole.png"]


@pytest.mark.parametrize("how", ["l2", "robust"])
def test_class_models(how, classifying):  # noqa: F811
    flags = ("--regularize", how, *QUICK, "--out", "a.png")
    code, _, err = classifying.run("class-model", "cat", "2", *classifying.net, *flags)
    assert (code, err) == (0, "")
    assert classifying.run("again", "a.png", "--trust", "--out", "b.png", "--quiet")[0] == 0
    assert pixels("a.png") == pixels("b.png")


def test_inversion_tells_its_errors(studio):
    flags = ("--layers", "relu1", "relu3", *QUICK, "--json", "--out", "a.png")
    code, out, err = studio.run("invert", "photo.png", *NET, *flags)
    assert (code, err) == (0, "")
    assert json.loads(out)["shows"].startswith("relative errors: relu1 0.")
    assert studio.run("again", "a.png", "--trust", "--out", "b.png", "--quiet")[0] == 0
    assert pixels("a.png") == pixels("b.png")


def test_a_caricature(studio):
    flags = ("--layer", "relu2", *QUICK, "--out", "a.png")
    assert studio.run("caricature", "photo.png", *NET, *flags)[0] == 0
    assert studio.run("again", "a.png", "--trust", "--out", "b.png", "--quiet")[0] == 0
    assert pixels("a.png") == pixels("b.png")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("features", "--layer", "relu9"), "did you mean"),
        (("features", "--layer", "relu1", "--units", "9"), "channels 0 to 7"),
        (("features", "--aim", "relu1:x"), "is not an address"),
        (("features", "--aim", "class:cat"), "no class names"),
        (("features", "--steps", "0"), "--steps"),
        (("class-model",), "at least one name"),
        (("class-model", "3"), "no classes"),
        (("invert", "photo.png", "--layers", "nowhere"), "no layer 'nowhere'"),
        (("invert", "missing.png"), "there is no file"),
    ],
)
def test_refusals_are_one_line(words, told, studio):
    code, out, err = studio.run(*words, *NET, "--out", "a.png")
    assert (code, out) == (2, "")
    assert told in err and err.count("\n") == 1
    assert studio.left() == []
