"""The lecture's deconvnet: keep a few units of a layer, zero the rest, and send what is left back."""

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
    """What certain units saw: `signal` 1×C×H×W (signed), the units with their positions and activations."""

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
    """Send the activations of some units of `layer` back to the pixels of `picture` (1×C×H×W in [0, 1]).

    The algorithm of Zeiler and Fergus (2014): forward; keep the units; zero the rest; back by unpooling
    with switches, rectification and transposed convolution (rule `deconvnet`; `guided` and `gradient` too).

    Each of `units` is a channel (`12`), a position of it (`12@3,4`), the strongest position of it
    (`12@strongest`), or `strongest`, the strongest of all. Several are kept together.
    Raises UnknownName for a wrong layer, PareidoliaError for a unit outside it.
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
    """Of each of N pictures (N×C×H×W in [0, 1]) what its own unit of `layer` saw: signals N×C×H×W, signed.

    As `project`, with unit i alone kept in picture i. Raises UnknownName for a wrong layer, PareidoliaError
    for a unit outside it.
    """

    def keep(maps: Tensor) -> Tensor:
        for unit in units:
            unit.check(tuple(maps.shape[1:]))
        return _alone(maps, list(enumerate(units)))

    return _send_back(network, pictures, layer, keep, rule)


def _send_back(
    network: Network, pictures: Tensor, layer: str, keep: Callable[[Tensor], Tensor], rule: str
) -> Tensor:
    """Forward to `layer`, and what `keep` leaves of its maps back to the pixels."""
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
