"""The lecture's algorithm: keep units, zero the rest, send back."""

import pytest
import torch
from torch import nn

from pareidolia.backward import DeconvolutionalNetwork
from pareidolia.inspection import project
from pareidolia.settings import PareidoliaError, UnknownName


def _by_hand(network, picture, layer: str, keep) -> torch.Tensor:
    """The deconvolutional network built layer by layer."""
    turned = DeconvolutionalNetwork(nn.Sequential(network.module))
    maps = turned.forward(picture, until=f"0.{layer}")
    kept = torch.zeros_like(maps)
    kept[keep] = maps[keep]
    return turned.back(kept)


@pytest.mark.parametrize(
    ("units", "keep"),
    [
        (["4"], (0, 4)),
        (["4@2,3"], (0, 4, 2, 3)),
        (["4@2,3", "7@5,1"], (0, [4, 7], [2, 5], [3, 1])),
    ],
)
def test_it_equals_the_network_turned_by_hand(units, keep, network, pictures) -> None:
    found = project(network, pictures[:1], "relu2", units)
    expected = _by_hand(network, pictures[:1], "relu2", keep)
    torch.testing.assert_close(found.signal, expected, rtol=1e-4, atol=1e-7)


def test_the_strongest(network, pictures) -> None:
    maps = network.record(pictures[:1], ["relu2"])["relu2"][0]
    found = project(network, pictures[:1], "relu2", ["strongest"])
    (unit,) = found.units
    assert maps[unit.channel][unit.position] == maps.max() == found.activations[0]
    of_channel = project(network, pictures[:1], "relu2", ["3@strongest"]).units[0]
    assert of_channel.channel == 3 and maps[3][of_channel.position] == maps[3].max()
    assert project(network, pictures[:1], "head", ["strongest"]).units[0].position is None


def test_the_signal_stays_in_the_receptive_field(network, pictures) -> None:
    signal = project(network, pictures[:1], "relu2", ["strongest"]).signal.abs().sum((0, 1))
    rows, columns = (torch.nonzero(signal.sum(axis)).flatten() for axis in (1, 0))
    assert int(rows[-1] - rows[0]) < 9 and int(columns[-1] - columns[0]) < 9


@pytest.mark.parametrize(
    ("layer", "unit", "message"),
    [
        ("relu2", "12", "channels 0 to 11, there is no channel 12"),
        ("relu2", "3@99,0", "there is no position 99,0"),
        ("relu2", "3@1", "is not a unit"),
        ("relu2", "x", "is not a unit"),
        ("head", "3@1,1", "has no rows and columns"),
    ],
)
def test_impossible_units(layer: str, unit: str, message: str, network, pictures) -> None:
    with pytest.raises(PareidoliaError, match=message):
        project(network, pictures[:1], layer, [unit])


def test_a_wrong_layer(network, pictures) -> None:
    with pytest.raises(UnknownName, match="did you mean relu2"):
        project(network, pictures[:1], "relu22", ["0"])
