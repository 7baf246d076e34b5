"""`pareidolia filters`, `tuning`, `invariance`: flags, files, records, tables, refusals."""

import csv
import json
from io import StringIO
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("matplotlib", reason="matplotlib is not installed")
NET = ("--network", "net.py:build", "--weights", "random", "--input", "3x32x32")
QUICK = ("--orientations", "6", "--frequencies", "4", "--phases", "4", "--positions", "4", "--diameters", "3")


def same_again(studio, first: str) -> bool:
    assert studio.run("again", first, "--trust", "--out", "again.png")[0] == 0
    return Image.open(first).tobytes() == Image.open("again.png").tobytes()


def test_filters_and_again(studio) -> None:
    code, out, err = studio.run("filters", *NET, "--out", "a.png")
    assert (code, err) == (0, "") and "conv1: 8 kernels of 3x3" in out
    assert same_again(studio, "a.png")
    code, out, _ = studio.run(
        "filters", *NET, "--layer", "conv3", "--units", "0-4", "--inputs", "2,3", "--json", "--out", "b.png"
    )
    assert code == 0 and "5 of 16 units by 2 of 12 inputs" in json.loads(out)["shows"]


def test_tuning_its_table_and_again(studio) -> None:
    flags = (*NET, *QUICK, "--layer", "relu2", "--units", "0,5", "11")
    code, out, err = studio.run("tuning", *flags, "--out", "a.png", "--table", "a.csv")
    assert (code, err) == (0, "") and "relu2, 12 units: " in out
    rows = list(csv.DictReader(StringIO(Path("a.csv").read_text())))
    assert [row["unit"] for row in rows] == ["0", "5", "11"]
    assert {"kind", "orientation", "half_width", "octaves", "modulation"} <= set(rows[0])
    assert not any("curve" in name for name in rows[0])
    assert same_again(studio, "a.png")
    code, out, _ = studio.run("tuning", *flags, "--json", "--out", "b.png")
    told = json.loads(out)["rows"]
    for row, written in zip(told, rows, strict=True):
        assert row["kind"] == written["kind"] and (
            row["orientation"] is None or len(row["orientation_curve"]) == 6
        )


def test_invariance_of_two_photos(studio) -> None:
    flags = (*NET, "--steps", "4", "--layers", "relu1", "relu3", "--table", "a.csv", "--out", "a.png")
    code, out, err = studio.run("invariance", "photo.png", "painting.png", *flags)
    assert (code, err) == (0, "") and "relu1, relu3 for 2 photos" in out
    rows = list(csv.DictReader(StringIO(Path("a.csv").read_text())))
    assert len(rows) == 2 * 19 and {row["photo"] for row in rows} == {"photo", "painting"}
    assert same_again(studio, "a.png")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("filters", "--layer", "relu1"), "no kernels"),
        (("filters", "--units", "9"), "layer 'conv1' has channels 0 to 7, there is no channel 9"),
        (("filters", "--units", "a-b"), "'a-b' names no channels"),
        (("tuning", "--layer", "relu9"), "there is no layer 'relu9'; did you mean relu"),
        (("tuning", "--units", "0-99"), "layer 'relu1' has channels 0 to 7, there is no channel 99"),
        (("tuning", "--orientations", "2"), "--orientations"),
        (("tuning", "--lowest-frequency", "0.4", "--highest-frequency", "0.3"), "below the highest"),
        (("tuning", "--table", "x.txt"), ".csv"),
        (("invariance",), "at least one photo"),
        (("invariance", "none.png"), "none.png"),
        (("invariance", "photo.png", "--layers", "relu9"), "there is no layer 'relu9'"),
        (("invariance", "photo.png", "--steps", "5"), "--steps"),
    ],
)
def test_refusals(command, message: str, studio) -> None:
    code, out, err = studio.run(*command, *NET, "--out", "x.png")
    assert code == 2 and out == ""
    assert err.startswith("pareidolia: ") and err.count("\n") == 1 and message in err
    assert studio.left() == []


def test_a_greyscale_network(studio) -> None:
    (studio.folder / "grey.py").write_text(
        "from torch import nn\n"
        "def build():\n"
        "    return nn.Sequential(nn.Conv2d(1, 4, 5), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 144, 3))\n"
    )
    net = ("--network", "grey.py:build", "--input", "1x16x16")
    assert studio.run("filters", *net, "--out", "a.png")[0] == 0
    assert studio.run("tuning", *net, *QUICK, "--out", "b.png")[0] == 0
    assert studio.run("tuning", *net, *QUICK, "--layer", "3", "--out", "c.png")[0] == 0
    code, out, _ = studio.run(
        "invariance", "photo.png", *net, "--steps", "4", "--layers", "1", "3", "--out", "d.png"
    )
    assert code == 0 and "no classes" not in out
    code, _, err = studio.run("tuning", *net, "--color", "red-green", "--out", "e.png")
    assert code == 2 and "sees no colours" in err
