import importlib
import os
from collections import OrderedDict

import pytest
import torch
from torch import nn

from pareidolia.networks import Network


def classifier(classes: int = 10) -> nn.Sequential:
    """Two stages with functional and modular rectifiers, max pooling, and class scores; random weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        layers = OrderedDict(
            conv1=nn.Conv2d(3, 8, 3, padding=1),
            relu1=nn.ReLU(inplace=True),
            pool1=nn.MaxPool2d(3, 2),
            conv2=nn.Conv2d(8, 12, 3),
            relu2=nn.ReLU(inplace=True),
            pool2=nn.AdaptiveAvgPool2d(3),
            flat=nn.Flatten(),
            head=nn.Linear(12 * 9, classes),
        )
        return nn.Sequential(layers)


NAMES = ("tabby cat", "tiger cat", "pug", "red fox", "goldfish", "hen", "ox", "bee", "ant", "snail")


def pytest_collection_modifyitems(items):
    """What is held to a peer is run by `make test-peers` too, where peers are installed."""
    for item in items:
        if "import_peer" in getattr(item, "fixturenames", ()):
            item.add_marker("peer")


@pytest.fixture
def import_peer():
    """Imports another's package; without it a test is skipped, unless PEERS says that it is there."""
    if os.environ.get("PEERS"):
        return importlib.import_module
    return lambda name: pytest.importorskip(name, reason=f"{name} is not installed")


@pytest.fixture
def network() -> Network:
    """A small classifier of ten named classes that takes pictures as they are (mean 0, std 1)."""
    zero, one = (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)
    return Network("toy", classifier(), mean=zero, std=one, input_shape=(3, 24, 24), class_names=NAMES)


@pytest.fixture
def pictures() -> torch.Tensor:
    return torch.rand(2, 3, 24, 28, generator=torch.Generator().manual_seed(1))
