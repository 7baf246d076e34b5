"""The five shipped style pictures, and the recipe that paints them."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "src" / "pareidolia" / "pictures" / "paintings"
NAMES = ("strokes", "waves", "mosaic", "rectangles", "ink")


def _paint(*arguments: str) -> subprocess.CompletedProcess[str]:
    recipe = ROOT / "recipes" / "paintings" / "paint.py"
    return subprocess.run([sys.executable, str(recipe), *arguments], capture_output=True, text=True)


def test_exactly_five_are_shipped_within_a_megabyte() -> None:
    files = sorted(FOLDER.iterdir())
    assert [file.name for file in files] == sorted(f"{name}.jpg" for name in NAMES)
    assert sum(file.stat().st_size for file in files) <= 1_000_000


@pytest.mark.parametrize("name", NAMES)
def test_painting_is_whole_and_within_bounds(name: str) -> None:
    path = FOLDER / f"{name}.jpg"
    assert path.stat().st_size <= 220_000
    with Image.open(path) as picture:
        picture.load()
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (768, 640))


@pytest.mark.parametrize("name", NAMES)
def test_painting_has_texture_everywhere(name: str) -> None:
    """No 128-pixel square is flat: a large empty region would teach a style of emptiness."""
    with Image.open(FOLDER / f"{name}.jpg") as picture:
        gray = np.asarray(picture.convert("L"), np.float32)
    squares = gray.reshape(5, 128, 6, 128).swapaxes(1, 2).reshape(30, -1)
    assert squares.std(axis=1).min() > 4


def test_painting_twice_gives_the_same_bytes_and_another_seed_others(tmp_path: Path) -> None:
    for folder, seed in (("first", "7"), ("again", "7"), ("other", "8")):
        done = _paint("waves", "--size", "96", "--seed", seed, "--out", str(tmp_path / folder))
        assert done.returncode == 0, done.stderr
    first, again, other = (
        (tmp_path / folder / "waves.jpg").read_bytes() for folder in ("first", "again", "other")
    )
    assert first == again
    assert first != other
    with Image.open(tmp_path / "first" / "waves.jpg") as picture:
        assert picture.size == (96, 80)


def test_unknown_painting_is_named(tmp_path: Path) -> None:
    done = _paint("sunflowers", "--out", str(tmp_path / "out"))
    assert done.returncode == 2
    assert "sunflowers" in done.stderr and "strokes" in done.stderr
    assert not (tmp_path / "out").exists()
