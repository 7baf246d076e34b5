import pytest
import torch

from pareidolia.style.brush import Brush, BrushNetwork


@pytest.fixture
def brush():
    """A small brush with random weights, whose codes differ from painting to painting."""
    torch.manual_seed(3)
    network = BrushNetwork(quarter=16, eighth=16, blocks=1, late=8, half=8, read=((8,), (8,)), hidden=16)
    torch.nn.init.normal_(network.reader.second.weight, 0, 0.3)
    return Brush(network.eval().requires_grad_(False))
