"""The deconvnet: keep a few units of a layer, set the rest to zero, and send that back to the pixels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.backward import backward_rule
from pareidolia.networks import Network, preserve_state
from pareidolia.settings import PareidoliaError, Unit, parse_unit

STRONGEST = "strongest"


@dataclass(frozen=True)
class Projection:
    """What certain units saw.

    Attributes:
        signal: 1×C×H×W, signed.
        units: with their positions.
        activations: of the units.
    """

    signal: Tensor
    units: tuple[Unit, ...]
    activations: tuple[float, ...]


def project(
    network: Network,
    picture: Tensor,
    layer: str,
    units: Sequence[str | int | Unit],
    *,
    rule: str = "deconvnet",
) -> Projection:
    """Send the activations of some units back to the pixels of a picture.

    The algorithm of Zeiler and Fergus (2014): forward; keep the units; zero the rest; back by unpooling
    with switches, rectification and transposed convolution.

    Args:
        network: the network.
        picture: 1×C×H×W in [0, 1].
        layer: name of the layer.
        units: each a channel (`12`), a position of it (`12@3,4`), the strongest position of it
            (`12@strongest`), or `strongest`, the strongest of all. Several are kept together.
        rule: `deconvnet`, `guided` or `gradient`.

    Returns:
        What they saw.

    Raises:
        UnknownName: If there is no such layer.
        PareidoliaError: If there is no such unit.
    """
    chosen: list[Unit] = []
    strengths: list[float] = []

    def keep(maps: Tensor) -> Tensor:
        chosen.extend(_located(parse_unit(unit, layer), maps[0]) for unit in units)
        strengths.extend(float(_at(maps[0], unit).max()) for unit in chosen)
        return _alone(maps, [(0, unit) for unit in chosen])

    signal = _send_back(network, picture, layer, keep, rule)
    return Projection(signal, tuple(chosen), tuple(strengths))


def project_each(
    network: Network, pictures: Tensor, layer: str, units: Sequence[Unit], *, rule: str = "deconvnet"
) -> Tensor:
    """For each of some pictures, send the activation of its own unit back to the pixels.

    As `project`, with unit i alone kept in picture i.

    Args:
        network: the network.
        pictures: N×C×H×W in [0, 1].
        layer: name of the layer.
        units: N.
        rule: `deconvnet`, `guided` or `gradient`.

    Returns:
        Signals N×C×H×W, signed.

    Raises:
        UnknownName: If there is no such layer.
        PareidoliaError: If there is no such unit.
    """

    def keep(maps: Tensor) -> Tensor:
        for unit in units:
            unit.check(tuple(maps.shape[1:]))
        return _alone(maps, list(enumerate(units)))

    return _send_back(network, pictures, layer, keep, rule)


def _send_back(
    network: Network, pictures: Tensor, layer: str, keep: Callable[[Tensor], Tensor], rule: str
) -> Tensor:
    """Forward to `layer`, then back to the pixels from the part of its maps that `keep` leaves."""
    network.layer(layer)
    with preserve_state(network.module), backward_rule(rule, network.module):
        leaf = pictures.detach().clone().requires_grad_()
        maps = network.record(leaf, [layer])[layer]
        torch.autograd.backward(maps, keep(maps.detach()))
    assert leaf.grad is not None
    return leaf.grad.contiguous()


def _alone(maps: Tensor, units: Sequence[tuple[int, Unit]]) -> Tensor:
    """`maps` with all zero but certain units of certain pictures."""
    kept = torch.zeros_like(maps)
    for picture, unit in units:
        place = (picture, unit.channel, *_position(unit))
        kept[place] = maps[place]
    return kept


def _located(unit: Unit, maps: Tensor) -> Unit:
    """The unit at a position of its own, found in the layer's output (C×h×w, or C), where a word names it."""
    unit.check(tuple(maps.shape))
    if unit.position == STRONGEST:
        channels = range(len(maps)) if unit.channel is None else [unit.channel]
        return _strongest(unit.layer, maps, channels)
    if unit.channel is None:
        raise PareidoliaError(f"{unit} is a layer: write a channel of it, as in {unit.layer}:12")
    if unit.position == "middle":
        return Unit(unit.layer, unit.channel, (maps.shape[-2] // 2, maps.shape[-1] // 2))
    return unit


def _strongest(layer: str, maps: Tensor, channels: Sequence[int]) -> Unit:
    best = max(channels, key=lambda channel: float(maps[channel].max()))
    if maps.ndim != 3:
        return Unit(layer, best)
    row, column = divmod(int(maps[best].argmax()), maps.shape[2])
    return Unit(layer, best, (row, column))


def _at(maps: Tensor, unit: Unit) -> Tensor:
    assert unit.channel is not None
    return maps[(unit.channel, *_position(unit))]


def _position(unit: Unit) -> tuple[int, ...]:
    assert not isinstance(unit.position, str)
    return unit.position or ()
