"""What several rooms' tests look through and at."""

import os
from collections import OrderedDict

import pytest
import torch
from tests.atlas import browser
from torch import nn

from pareidolia.networks import Network

# Tests see the same whichever wheels are installed; those of the default take this away.
os.environ["PAREIDOLIA_NETWORK"] = "retina"


@pytest.fixture(autouse=True)
def one_answer():
    """Tests draw from generators of their own; this catches the code that would use the global one."""
    torch.manual_seed(0)


@pytest.fixture
def one_thread():
    """The test computes on one thread."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def chromium():
    """A browser for a module's tests; of the session it would hold up what runs an event loop."""
    with browser.browser() as opened:
        yield opened


def make_small_network():
    """Five stages of one 3×3 convolution each, random weights of a fixed seed, named stageK.relu."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        widths = (3, 8, 8, 12, 12, 16)
        stages = {}
        for k in range(5):
            layers = {"conv": nn.Conv2d(widths[k], widths[k + 1], 3, padding=1), "relu": nn.ReLU()}
            if k < 4:
                layers["pool"] = nn.MaxPool2d(2)
            stages[f"stage{k + 1}"] = nn.Sequential(OrderedDict(layers))
        module = nn.Sequential(OrderedDict(stages))
    half = (0.5, 0.5, 0.5)
    return Network("small", module, mean=half, std=half, input_shape=(3, 64, 64))


@pytest.fixture
def small_network():
    """A network of five stages that looks at a picture within milliseconds."""
    return make_small_network()


@pytest.fixture
def photo():
    """A 1×3×72×96 picture with edges, slopes and colours."""
    rows, columns = torch.meshgrid(torch.linspace(0, 1, 72), torch.linspace(0, 1, 96), indexing="ij")
    disc = ((rows - 0.5) ** 2 + (columns - 0.4) ** 2 < 0.08).float()
    return torch.stack([rows * (1 - disc), columns, 0.2 + 0.7 * disc])[None]


@pytest.fixture
def painting_picture():
    """A 1×3×64×64 texture of stripes and grain."""
    generator = torch.Generator().manual_seed(2)
    rows, columns = torch.meshgrid(torch.arange(64.0), torch.arange(64.0), indexing="ij")
    stripes = torch.stack([torch.sin((rows + columns) / k) / 2 + 0.5 for k in (1.3, 2.1, 3.4)])
    return (0.8 * stripes + 0.2 * torch.rand(3, 64, 64, generator=generator))[None]
