"""How classes depend on concepts: through the part of the activations that a code stands for."""

import numpy as np
import pytest
import torch
from torch import nn

from pareidolia.atlas.attribution import class_attribution
from pareidolia.inspection.attribution.cam import activations_and_gradients
from pareidolia.inspection.targets import ClassTarget
from pareidolia.microscope.connections import unit_connections
from pareidolia.networks import Network
from pareidolia.networks.attached_concepts import with_concepts
from pareidolia.networks.concepts import Concepts
from pareidolia.settings import Unit

LAYER = "1.concepts"


@pytest.fixture
def plain():
    """Convolution, rectifier; behind these a gate, the mean, three classes."""
    torch.manual_seed(0)
    module = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.ReLU(), nn.Conv2d(6, 4, 1), nn.Sigmoid(), nn.AdaptiveAvgPool2d(1),
        nn.Flatten(), nn.Linear(4, 3),
    )  # fmt: skip
    return Network.of(module, input_shape=(3, 10, 10))


@pytest.fixture
def network(plain):
    dictionary = np.random.default_rng(1).random((4, 6)).astype(np.float32)
    return with_concepts(plain, Concepts.nonnegative("1", "", 1, dictionary))


@pytest.fixture
def pictures():
    return torch.rand(2, 3, 10, 10, generator=torch.Generator().manual_seed(3))


def _grown(network, pictures, added):
    """Logits as `added` is put onto the layer's activations."""
    handle = network.module[1].register_forward_hook(lambda _module, _given, output: output + added)
    try:
        with torch.no_grad():
            return network(pictures)
    finally:
        handle.remove()


def test_gradients_of_codes_are_those_along_their_directions(network, pictures) -> None:
    codes, signals = activations_and_gradients(network, pictures, ClassTarget((1,)), LAYER)
    assert codes.shape == signals.shape == (2, 4, 8, 8)
    direction = network.module[1].concepts.dictionary[2]
    added = torch.zeros(2, 6, 8, 8)
    added[:, :, 3, 5] = 1e-2 * direction
    change = (_grown(network, pictures, added) - _grown(network, pictures, -added))[:, 1] / 2e-2
    assert signals[:, 2, 3, 5].tolist() == pytest.approx(change.tolist(), rel=1e-2)


def test_classes_of_a_concept_grow_with_its_part_of_the_activations(network, pictures) -> None:
    with torch.no_grad():
        codes = network.record(pictures, LAYER)[LAYER]
    best = int(codes[0, :, 2, 4].argmax())
    units = torch.tensor([best, best])
    positions = torch.tensor([[2, 4], [2, 4]])
    found = class_attribution(network, LAYER, pictures, positions, units)
    part = codes[:, best, 2, 4, None] * network.module[1].concepts.dictionary[best]
    added = torch.zeros(2, 6, 8, 8)
    added[:, :, 2, 4] = 1e-2 * part
    change = (_grown(network, pictures, added) - _grown(network, pictures, -added)) / 2e-2
    assert torch.allclose(found, change, rtol=2e-2, atol=1e-5)
    whole = class_attribution(network, LAYER, pictures, positions)
    alone = sum(
        class_attribution(network, LAYER, pictures, positions, torch.full((2,), each)) for each in range(4)
    )
    assert torch.allclose(whole, alone, atol=1e-6)


def test_later_units_are_connected_to_concepts(network, pictures) -> None:
    units = [Unit("2", 1, (2, 2)), Unit("2", 3, (5, 1))]
    found = unit_connections(network, LAYER, units, pictures)
    expected = network.module[2].weight[[1, 3], :, 0, 0] @ network.module[1].concepts.dictionary.T
    assert torch.allclose(found, expected, atol=1e-6)
