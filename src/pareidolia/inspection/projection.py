"""The deconvnet: keep a few units of a layer, set the rest to zero, and send that back to the pixels."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.backward import BACKWARD_RULES
from pareidolia.networks import Network, NetworkLike, as_network, preserve_state
from pareidolia.networks.soundness import check_numbers
from pareidolia.pictures import PictureLike, PicturesLike, as_picture, as_pictures
from pareidolia.settings import BadNetwork, PareidoliaError, Unit, parse_unit

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
    network: NetworkLike,
    picture: PictureLike,
    layer: str,
    units: str | int | Unit | Sequence[str | int | Unit] = STRONGEST,
    *,
    rule: str = "deconvnet",
) -> Projection:
    """Send the activations of some units of a layer back to the pixels of a picture.

    The algorithm of Zeiler and Fergus (2014): forward; keep the units; zero the rest; back by unpooling
    with switches, rectification and transposed convolution.

    Args:
        network: what `as_network` takes.
        picture: one picture, as `as_picture` takes it.
        layer: where the units are.
        units: one or several, which are kept together: a channel (`12`), a position of it (`12@3,4`), the
            strongest position of it (`12@strongest`), or `strongest`, the strongest of all.
        rule: `deconvnet`, `guided`, `gradient`, or one that a plug-in registers.

    Returns:
        The projection.

    Raises:
        UnknownName: there is no such layer or rule.
        PareidoliaError: a unit outside the layer.
    """
    network = as_network(network)
    shown = as_picture(picture).to(network.device)
    asked = [units] if isinstance(units, (str, int, Unit)) else units
    chosen: list[Unit] = []
    strengths: list[float] = []

    def keep(maps: Tensor) -> Tensor:
        chosen.extend(_located(parse_unit(unit, layer), maps[0]) for unit in asked)
        strengths.extend(float(_at(maps[0], unit).max()) for unit in chosen)
        return _alone(maps, [(0, unit) for unit in chosen])

    signal = _send_back(network, shown, layer, keep, rule)
    return Projection(signal, tuple(chosen), tuple(strengths))


def project_each(
    network: NetworkLike,
    pictures: PicturesLike,
    layer: str,
    units: Sequence[Unit],
    *,
    rule: str = "deconvnet",
) -> Tensor:
    """Of each of N pictures what its own unit of `layer` saw: as `project`, unit i alone in picture i.

    Args:
        network: what `as_network` takes.
        pictures: N pictures, as `as_pictures` takes them.
        layer: where the units are.
        units: N, one for each picture.
        rule: as `project` takes it.

    Returns:
        The signals N×C×H×W, signed.

    Raises:
        UnknownName: there is no such layer or rule.
        PareidoliaError: a unit outside the layer.
    """
    network = as_network(network)
    shown = as_pictures(pictures).to(network.device)

    def keep(maps: Tensor) -> Tensor:
        for unit in units:
            unit.check(tuple(maps.shape[1:]))
        return _alone(maps, list(enumerate(units)))

    return _send_back(network, shown, layer, keep, rule)


def _send_back(
    network: Network, pictures: Tensor, layer: str, keep: Callable[[Tensor], Tensor], rule: str
) -> Tensor:
    """Forward to `layer`, then back to the pixels from the part of its maps that `keep` leaves."""
    network.unit_shape(layer)
    with preserve_state(network.module), BACKWARD_RULES[rule](network.module):
        leaf = pictures.detach().clone().requires_grad_()
        maps = check_numbers(network.record(leaf, [layer])[layer], network.name, f" at {layer}")
        network.backward(maps, keep(maps.detach()))
    if leaf.grad is None:
        raise BadNetwork(f"no gradient of {network.name} reaches the pixels: something in it detaches")
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
