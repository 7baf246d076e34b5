"""A small transformer: what it is taught from, what it learns, and what is measured of it."""

import sys

import pytest
import torch

import transformer_faithfulness
from pareidolia.pictures import save_picture

pytest.importorskip("timm")


@pytest.fixture
def photos(tmp_path):
    """Two classes that a color tells apart, 64 photos to learn from and six others."""
    generator = torch.Generator().manual_seed(0)
    for split, count in (("train", 32), ("val", 3)):
        for channel, name in ((0, "red"), (2, "blue")):
            folder = tmp_path / "photos" / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                picture = 0.3 * torch.rand(1, 3, 48, 48, generator=generator)
                picture[:, channel] += 0.6
                save_picture(picture, folder / f"{number}.png")
    return tmp_path / "photos"


def test_crops_lie_inside_a_picture_and_half_are_mirrored():
    across = torch.linspace(0.2, 0.8, 128).expand(400, 3, 128, 128)
    torch.manual_seed(0)
    crops = transformer_faithfulness.crops(across)
    assert crops.shape == (400, 3, 112, 112)
    assert crops.min() >= 0.2 - 1e-5 and crops.max() <= 0.8 + 1e-5
    slopes = (crops[..., -1] - crops[..., 0]).mean((1, 2))
    least = 0.6 * transformer_faithfulness.AREA[0] ** 0.5 * 111 / 127
    assert slopes.abs().min() >= least - 0.01
    assert 0.4 < (slopes < 0).float().mean() < 0.6


def test_photos_come_by_turns_of_their_classes(photos):
    names = [f"{path.parent.name}{path.stem}" for path in transformer_faithfulness.by_turns(photos / "val")]
    assert names == ["blue0", "red0", "blue1", "red1", "blue2", "red2"]


@pytest.mark.slow
def test_what_is_taught_is_measured(photos, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(transformer_faithfulness, "METHODS", ("gradient", "legrad"))
    monkeypatch.setattr(transformer_faithfulness, "SUPERPIXELS", 9)
    out = tmp_path / "out"
    given = ["transformer_faithfulness", str(photos), "--out", str(out), "--epochs", "12"]
    monkeypatch.setattr(sys, "argv", given)
    transformer_faithfulness.main()
    first = capsys.readouterr().out
    assert "100.0 % of 6 photos of val/ named rightly" in first
    assert [word in first for word in ("chance", "gradient", "legrad")] == [True] * 3
    assert (out / "faithfulness.png").is_file()
    transformer_faithfulness.main()
    again = capsys.readouterr().out
    assert "step 0" in first and "step 0" not in again
