"""Connections and classes of units, against closed forms."""

import pytest
import torch
from torch import nn

from pareidolia.microscope import unit_connections
from pareidolia.microscope.connections import unit_classes
from pareidolia.microscope.painting import unrectified
from pareidolia.networks import Network
from pareidolia.settings import Unit


def network_of(*layers, size=12):
    return Network(
        "net", nn.Sequential(*layers), mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, size, size)
    )


@pytest.fixture
def pictures():
    return torch.rand(2, 3, 12, 12, generator=torch.Generator().manual_seed(3))


def test_through_convolutions_alone_they_are_the_expanded_weights(pictures):
    first, second, third = nn.Conv2d(3, 4, 3), nn.Conv2d(4, 5, 3), nn.Conv2d(5, 6, 3)
    network = network_of(first, second, third)
    units = [Unit("2", 1, (2, 3)), Unit("2", 4, (0, 0))]
    expanded = third.weight.detach().sum((2, 3)) @ second.weight.detach().sum((2, 3))
    assert torch.allclose(unit_connections(network, "0", units, pictures), expanded[[1, 4]], atol=1e-5)


def test_what_a_rectifier_closes_carries_no_weight(pictures):
    first, second = nn.Conv2d(3, 2, 1, bias=False), nn.Conv2d(2, 1, 1, bias=False)
    with torch.no_grad():
        first.weight.copy_(torch.tensor([1.0, -1.0])[:, None, None, None].expand(2, 3, 1, 1))
        second.weight.copy_(torch.tensor([[2.0, 3.0]])[..., None, None])
    network = network_of(first, nn.ReLU(inplace=True), second)
    found = unit_connections(network, "0", [Unit("2", 0, (1, 1))] * 2, pictures)
    assert torch.equal(found, torch.tensor([[2.0, 0.0]] * 2))


def test_a_layer_that_does_not_see_the_other_has_no_weights(pictures):
    class Forked(nn.Module):
        def __init__(self):
            super().__init__()
            self.left, self.right = nn.Conv2d(3, 2, 1), nn.Conv2d(3, 4, 1)

        def forward(self, x):
            return self.left(x).mean((2, 3)) + self.right(x).mean((1, 2, 3))[:, None]

    network = Network.of(Forked(), input_shape=(3, 12, 12))
    found = unit_connections(network, "left", [Unit("right", 0, (0, 0))] * 2, pictures)
    assert torch.equal(found, torch.zeros(2, 2))


def test_classes_of_one_unit_are_its_part_of_the_logits(pictures):
    body, head = nn.Conv2d(3, 4, 3), nn.Linear(4, 5)
    network = network_of(body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)
    units = [Unit("0", 2, (1, 1)), Unit("0", 0, (9, 4))]
    maps = network.record(pictures, "0")["0"].detach()
    values = torch.stack([maps[0, 2, 1, 1], maps[1, 0, 9, 4]])
    expected = values[:, None] * head.weight.detach().T[[2, 0]] / 100
    assert torch.allclose(unit_classes(network, units, pictures), expected, atol=1e-6)


def test_the_layer_before_a_rectifier_is_found():
    network = network_of(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2))
    assert unrectified(network, "2") == "1"
    assert unrectified(network, "0") == "0" and unrectified(network, "3") == "3"
