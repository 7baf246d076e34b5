"""Code that a file names is not run unasked: pictures, runs and atlases come from anywhere."""

import json
import shutil

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pareidolia.cli import main
from pareidolia.networks.sources.callables import find_callable
from pareidolia.safety import distrusted, distrusting, trusting
from pareidolia.settings import PareidoliaError

EVIL = """
from pathlib import Path
Path("ran.txt").write_text("it ran")

def make():
    from torch import nn
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())

def draw(count, generator):
    import torch
    return torch.randn(count, 2, generator=generator)
"""


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder with code that leaves a file when it runs."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evil.py").write_text(EVIL)
    return tmp_path


def picture_naming(network, path="odd.png"):
    Image.new("RGB", (64, 64), "gray").save("photo.png")
    record = {
        "pareidolia": "0.1.0",
        "operation": "filters",
        "inputs": {},
        "settings": {"network": network, "layer": "0"},
    }
    text = PngInfo()
    text.add_text("pareidolia", json.dumps(record))
    Image.new("RGB", (9, 9)).save(path, pnginfo=text)
    return path


@pytest.mark.parametrize(
    "name",
    ["evil.py:make", "{folder}/evil.py:make", "evil:make", "os:abort", "sys:exit", "timm:os:abort"],
)
def test_again_runs_no_code_that_a_picture_names(elsewhere, capsys, name):
    picture = picture_naming(name.format(folder=elsewhere))
    assert main(["again", picture, "--out", "out.png"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1 and "--trust" in error
    assert not (elsewhere / "ran.txt").exists() and not (elsewhere / "out.png").exists()


@pytest.mark.parametrize(
    "word", [("--trust",), ("--network", "evil.py:make"), ("--network", "./evil.py:make")]
)
def test_a_persons_word_lets_it_run(elsewhere, word):
    picture = picture_naming("evil.py:make")
    assert main(["again", picture, "--out", "out.png", *word]) == 0
    assert (elsewhere / "ran.txt").exists() and (elsewhere / "out.png").exists()


def test_a_network_that_is_named_lets_no_other_code_run(elsewhere):
    with distrusting("the picture x.png", ("evil.py:make",)):
        with pytest.raises(PareidoliaError, match=r"x\.png names code to run, 'evil\.py:draw'"):
            find_callable("evil.py", "draw")
        with distrusting("the run r"), pytest.raises(PareidoliaError, match="the run r names code"):
            find_callable("evil.py", "make")
        assert callable(find_callable("evil.py", "make"))


def test_trust_holds_within_and_ends_with_its_block():
    with trusting(), distrusting("the run r"):
        assert distrusted() is None
    with trusting(False), distrusting("the run r"):
        assert distrusted() == "the run r"
    assert distrusted() is None


@pytest.fixture
def run_with_code(elsewhere, tmp_path):
    """A run whose settings name a prior of its own."""
    from pareidolia.generative.runs import SHIPPED

    options = ("--prior", "evil.py:draw", "--latent", "2", "--epochs", "0.1", "--previews", "0")
    assert main(["train", "aae", "digits", *options, "--out", "run", "--quiet"]) == 0
    (elsewhere / "ran.txt").unlink()
    assert SHIPPED.is_dir()
    return elsewhere / "run"


def test_opening_a_run_runs_no_prior_of_its_own(run_with_code, elsewhere, capsys):
    for command in (("sample", "run", "--out", "s.png"), ("evaluate", "run")):
        capsys.readouterr()
        assert main([*command]) == 2
        assert "evil.py:draw" in capsys.readouterr().err
    assert not (elsewhere / "ran.txt").exists()
    assert main(["sample", "run", "--out", "s.png", "--trust"]) == 0
    assert (elsewhere / "ran.txt").exists()
    (elsewhere / "ran.txt").unlink()
    # A picture of such a run is no way around it.
    assert main(["again", "s.png", "--out", "t.png"]) == 2
    assert not (elsewhere / "ran.txt").exists()


def test_a_run_fetches_no_data_and_makes_no_folder(elsewhere, capsys):
    from pareidolia.generative.runs import SHIPPED

    shutil.copytree(SHIPPED / "digits-vae", "run")
    settings = json.loads((elsewhere / "run/settings.json").read_text())
    settings["data"]["name"] = f"mnist:{elsewhere}/there"
    (elsewhere / "run/settings.json").write_text(json.dumps(settings))
    assert main(["reconstruct", "run", "--out", "r.png"]) == 2
    said = capsys.readouterr().err
    assert "not fetched unasked" in said and "--data mnist:FOLDER" in said
    assert not (elsewhere / "there").exists()


def test_no_file_is_read_of_which_a_record_does_not_say_what_it_held(elsewhere, capsys):
    (elsewhere / "private.txt").write_text("a secret\n" * 4)
    record = {
        "pareidolia": "0.1.0",
        "operation": "saliency",
        "inputs": {"photo": {"path": "photo.png"}},
        "settings": {"network": "retina", "weights": "random", "classes": str(elsewhere / "private.txt")},
    }
    text = PngInfo()
    text.add_text("pareidolia", json.dumps(record))
    Image.new("RGB", (32, 32), "gray").save("photo.png")
    Image.new("RGB", (9, 9)).save("odd.png", pnginfo=text)
    assert main(["again", "odd.png", "--out", "out.png"]) == 2
    told = capsys.readouterr()
    assert "--classes" in told.err and "secret" not in told.err + told.out
