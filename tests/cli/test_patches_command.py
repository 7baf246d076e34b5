"""`pareidolia patches` and `evolution`: flags, records, the index, interruption, refusals."""

import json
import re
import signal

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from pareidolia.collecting import reading as reading_module
from pareidolia.networks import load_network

QUICK = (
    "--network",
    "net.py:build",
    "--input",
    "3x32x32",
    "--layer",
    "relu2",
    "--units",
    "0-2",
    "--top",
    "4",
)
PAINTING = ("--canvas", "32", "--steps", "2")


@pytest.fixture
def looking(studio):
    (studio.folder / "photos").mkdir()
    for number in range(5):
        image = Image.effect_noise((40, 40), 30 + 40 * number)
        Image.merge("RGB", (image, image.rotate(90), image)).save(studio.folder / "photos" / f"{number}.png")
    return studio


def test_patches_kept_and_again(looking) -> None:
    code, out, err = looking.run("patches", "photos", *QUICK, *PAINTING, "--out", "a.png")
    assert code == 0 and "a.png: 3 units of relu2 over 5 photos" in out
    assert "looking at photos, 5 of 5" in err and re.search(r"painting, loss \S+, 100 %", err)
    assert looking.left() == ["a.png", "pareidolia.index", "photos"]
    code, out, err = looking.run("again", "a.png", "--trust", "--out", "b.png")
    assert code == 0 and "looking" not in err, "the index is used"
    assert Image.open("a.png").tobytes() == Image.open("b.png").tobytes()
    Image.new("RGB", (9, 9)).save("photos/9.png")
    code, _, err = looking.run("again", "a.png", "--trust", "--out", "c.png")
    assert code == 2 and "content changed" in err


def test_without_painting_and_as_json(looking) -> None:
    flags = ("--no-painted", "--json", "--index", "kept", "--out", "a.png")
    (looking.folder / "photos" / "bad.png").write_text("no picture")
    code, out, err = looking.run("patches", "photos", *QUICK, *flags)
    answer = json.loads(out)
    assert code == 0 and answer["settings"]["painted"] is False and "painting" not in err
    assert "skipped 1: bad.png" in answer["shows"]
    assert looking.left() == ["a.png", "kept", "photos"]


def test_interrupted_and_gone_on(looking, monkeypatch) -> None:
    real, opened = reading_module.open_uint8, []

    def interrupting(path, size):
        opened.append(path.name)
        if path.name == "4.png" and len(opened) < 6:
            signal.raise_signal(signal.SIGINT)
        return real(path, size)

    monkeypatch.setattr(reading_module, "open_uint8", interrupting)
    command = ("patches", "photos", *QUICK, "--no-painted", "--chunk", "2", "--batch", "1", "--out", "a.png")
    code, out, _ = looking.run(*command)
    assert code == 130 and "goes on from what is in the index" in out and "a.png" not in looking.left()
    code, _, err = looking.run(*command)
    assert code == 0 and "looking at photos, 5 of 5" in err
    assert len(list(looking.folder.glob("pareidolia.index/*/shards/*"))) == 3


def test_evolution(looking) -> None:
    state = load_network("net.py:build", "random").module.state_dict()
    (looking.folder / "history").mkdir()
    for step in (1, 20):
        save_file({name: tensor * step for name, tensor in state.items()}, f"history/{step}.safetensors")
    quick = [word for word in QUICK if word not in ("--top", "4")]
    command = ("evolution", "history", "--photos", "photos", *quick, *PAINTING)
    code, out, err = looking.run(*command, "--out", "a.png")
    assert code == 0 and "2 checkpoints, at the last 3 units of relu2 over 5 photos" in out, err
    assert re.search(r"20, painting, loss \S+, 100 %", err)
    assert looking.run("again", "a.png", "--trust", "--out", "b.png")[0] == 0
    assert Image.open("a.png").tobytes() == Image.open("b.png").tobytes()


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("patches", "none", "--out", "x.png"), "'none' is not there: name a folder"),
        (("patches", "photo.png", "--out", "x.png"), "is a file: name a folder"),
        (("patches", "photos", "--layer", "relu9", "--out", "x.png"), "did you mean"),
        (("patches", "photos", "--units", "0-99", "--out", "x.png"), "there is no channel 99"),
        (("patches", "photos", "--units", "x", "--out", "x.png"), "'x' names no channels"),
        (("patches", "photos", "--top", "0", "--out", "x.png"), "--top"),
        (("patches", "photos", "--size", "8", "--out", "x.png"), "--size"),
        (("patches", "photos", "--out", "photo.png"), "exists already"),
        (("evolution", "--photos", "photos", "--out", "x.png"), "at least one checkpoint"),
        (("evolution", "none.pt", "--photos", "photos", "--out", "x.png"), "none.pt does not exist"),
    ],
)
def test_refusals(command, message: str, looking) -> None:
    network = ("--network", "net.py:build", "--input", "3x32x32")
    code, out, err = looking.run(*command, *network)
    assert code == 2 and out == ""
    assert err.startswith("pareidolia: ") and err.count("\n") == 1 and message in err
    assert "x.png" not in looking.left() and "pareidolia.index" not in looking.left()


def test_ray_missing_is_named(looking, monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "ray", None)
    code, _, err = looking.run("patches", "photos", *QUICK, "--engine", "ray", "--out", "x.png")
    assert code == 2 and "pip install 'pareidolia-nn[ray]'" in err


def test_same_weights_under_another_path_use_the_same_index(looking) -> None:
    state = load_network("net.py:build", "random").module.state_dict()
    torch.save(state, "w.pt")
    for weights, expected in (("random", True), ("w.pt", False)):
        flags = ("--no-painted", "--weights", weights, "--out", f"{weights}.png")
        code, _, err = looking.run("patches", "photos", *QUICK, *flags)
        assert code == 0 and ("looking" in err) is expected
