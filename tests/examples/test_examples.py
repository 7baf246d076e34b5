"""The examples, each run as a person would run it, in its quick form."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from pareidolia.pictures import save_picture

EXAMPLES = Path(__file__).parents[2] / "examples"
RUNS = {
    "saliency_of_your_network": (
        ["photo.png", "--network", "mine.py:build", "--target", "1"],
        "saliency.png",
    ),
    "folder_in_one_style": (["photos", "sample:waves"], "painted/coffee.png"),
    "vae_of_a_folder": ([], "run/walks.png"),
    "feature_sheet": ([], "features.png"),
    "falling_into_a_dream": (["photo.png"], "dream.gif"),
}
MINE = """
from torch import nn


def build():
    return nn.Sequential(
        nn.Conv2d(3, 8, 5, 2), nn.ReLU(), nn.Conv2d(8, 8, 3), nn.ReLU(),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 4),
    )
"""


def test_every_example_is_run():
    elsewhere = {"studio_client"}  # it needs a studio: tests/studio/test_running.py
    assert {path.stem for path in EXAMPLES.glob("*.py")} == set(RUNS) | elsewhere


@pytest.fixture
def folder(tmp_path):
    pytest.importorskip("skimage", reason="the examples' photos come from scikit-image")
    from pareidolia.pictures import sample_photo

    (tmp_path / "photos").mkdir()
    for name in ("chelsea", "coffee"):
        save_picture(sample_photo(name), tmp_path / "photos" / f"{name}.png")
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no picture")
    save_picture(sample_photo("chelsea"), tmp_path / "photo.png")
    (tmp_path / "mine.py").write_text(MINE)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("name", RUNS)
def test_an_example_makes_what_it_says(name, folder):
    words, made = RUNS[name]
    command = [sys.executable, str(EXAMPLES / f"{name}.py"), *words, "--quick"]
    environment = {**os.environ, "PYTHONPATH": str(EXAMPLES.parent / "src")}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert made.split("/")[-1] in done.stdout
    with Image.open(folder / made) as picture:
        assert min(picture.size) > 40
        assert picture.convert("L").getextrema()[0] != picture.convert("L").getextrema()[1]
    if name == "folder_in_one_style":
        assert "broken.jpg is skipped" in done.stdout
