"""A teacher of random weights, and one thread, for the recipes."""

import sys
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

RECIPES = Path(__file__).parents[2] / "recipes"
sys.path.insert(0, str(RECIPES))
import slim_vgg  # noqa: E402


@pytest.fixture(scope="session")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights file with the teacher's names and shapes."""
    network = slim_vgg.build()
    generator = torch.Generator().manual_seed(0)
    for name, value in network.state_dict().items():
        scale = (2 / value[0].numel()) ** 0.5 if name.endswith("weight") else 0.1
        value.copy_(torch.randn(value.shape, generator=generator) * scale)
    path = tmp_path_factory.mktemp("teacher") / "teacher.safetensors"
    save_file(network.state_dict(), path)
    return path


@pytest.fixture(autouse=True)
def quick_small_maps(one_thread):
    """Maps this small are slower on several threads, many times so beside other work."""
