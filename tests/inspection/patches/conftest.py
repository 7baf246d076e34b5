import numpy as np
import pytest
from PIL import Image

NETWORK = """
from collections import OrderedDict
from torch import nn

def build():
    return nn.Sequential(OrderedDict(
        conv1=nn.Conv2d(3, 8, 3, padding=1), relu1=nn.ReLU(), pool=nn.MaxPool2d(2),
        conv2=nn.Conv2d(8, 12, 3, padding=1), relu2=nn.ReLU(),
    ))
"""


@pytest.fixture
def photos(tmp_path):
    """Twelve pictures of blocks in random colours, and a broken one."""
    folder = tmp_path / "photos"
    folder.mkdir()
    random = np.random.default_rng(3)
    for number in range(12):
        blocks = random.integers(0, 256, (7, 8, 3), np.uint8)
        Image.fromarray(blocks).resize((48, 40), Image.Resampling.NEAREST).save(folder / f"{number:02d}.png")
    (folder / "broken.jpg").write_text("no picture")
    return folder


@pytest.fixture
def chosen(tmp_path):
    """Settings that name a small network of the user's own."""
    (tmp_path / "net.py").write_text(NETWORK)
    network = f"{tmp_path / 'net.py'}:build"
    return {
        "network": network,
        "input": "3x32x32",
        "device": "cpu",
        "layer": "relu2",
        "canvas": 32,
        "steps": 2,
    }
