from itertools import product

import pytest
from PIL import Image

from pareidolia.atlas.settings import AtlasSettings
from pareidolia.pictures import sample_photo, save_picture

FACTORY = """
from collections import OrderedDict
import torch
from torch import nn

def build():
    torch.manual_seed(4)
    return nn.Sequential(OrderedDict(
        conv1=nn.Conv2d(3, 8, 3, padding=1), relu1=nn.ReLU(inplace=True), pool1=nn.MaxPool2d(2),
        conv2=nn.Conv2d(8, 12, 3, padding=1), relu2=nn.ReLU(), pool2=nn.AdaptiveAvgPool2d(4),
        flat=nn.Flatten(), head=nn.Linear(12 * 16, 5),
    ))

def trunk():
    return build()[:5]
"""


@pytest.fixture(scope="session")
def network_file(tmp_path_factory):
    """file.py:factory of a classifier of five classes with random weights."""
    path = tmp_path_factory.mktemp("network") / "net.py"
    path.write_text(FACTORY)
    return f"{path}:build"


@pytest.fixture(scope="session")
def photos(tmp_path_factory):
    """36 crops of two photos in two folders, and a broken picture."""
    folder = tmp_path_factory.mktemp("photos")
    for name in ("china", "flower"):
        (folder / name).mkdir()
        whole = sample_photo(name)
        for row, column in product(range(3), range(6)):
            crop = whole[..., 100 * row : 100 * row + 96, 100 * column : 100 * column + 96]
            save_picture(crop, folder / name / f"{row}{column}.jpg")
    (folder / "china" / "broken.jpg").write_bytes(b"no picture")
    return folder


@pytest.fixture(scope="session")
def settings(network_file):
    """Makes settings of a tiny atlas that takes moments to build."""

    def make(**changes):
        quick = {
            "network": network_file,
            "input": "3x32x32",
            "layer": ("relu1", "relu2"),
            "positions": 6,
            "layout": "pca",
            "grids": (2, 4),
            "fewest": 3,
            "icon_size": 16,
            "icon_steps": 2,
            "icons_at_once": 5,
            "attributed": 3,
            "patches": 2,
            "patch_size": 16,
            "chunk": 10,
        }
        return AtlasSettings(**{**quick, **changes})

    return make


def pixels(path):
    """An image file as an array of levels."""
    import numpy as np

    with Image.open(path) as image:
        return np.asarray(image.convert("RGB")).astype(int)
