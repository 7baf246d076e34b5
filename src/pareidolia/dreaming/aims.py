"""From names to an objective."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.dreaming.objectives import BestMatch, Energy, RandomClass
from pareidolia.networks import Network, preserve_state
from pareidolia.networks.style_layers import is_squeezenet
from pareidolia.painting import ClassScore, Objective, Sum
from pareidolia.pictures import fit, resize_picture
from pareidolia.settings import ClassName, PareidoliaError, Unit, parse_address

RANDOM_CLASS = "random-class"

Aim = Callable[[tuple[int, int]], Objective]


@dataclass(frozen=True)
class Aims:
    """What is dreamt of, each with its weight.

    Attributes:
        units: layers and channels.
        classes: objectives on the network's output.
    """

    units: tuple[tuple[float, Unit], ...]
    classes: tuple[tuple[float, Objective], ...]

    def at(
        self, network: Network, picture: Tensor, guide: Tensor | None
    ) -> Callable[[tuple[int, int]], Objective]:
        """Prepare the objectives for a picture.

        A layer is divided by the energy that the picture, at the network's own size, gives it: so
        several layers balance whatever their magnitudes.

        Args:
            network: has the layers.
            picture: 1×C×H×W.
            guide: a picture whose features attract the layers' features; None if there is none.

        Returns:
            A function of (height, width) that makes the objective for a size.
        """
        layers = list(dict.fromkeys(unit.layer for _, unit in self.units))
        densities = _energy_a_pixel(network, picture, layers)
        guides = {} if guide is None else _recorded(network, _at_own_size(network, guide), layers)

        def objective(size: tuple[int, int]) -> Objective:
            parts = list(self.classes)
            for weight, unit in self.units:
                scale = densities[unit.layer] * size[0] * size[1]
                part: Objective = (
                    BestMatch(unit.layer, guides[unit.layer], scale)
                    if unit.layer in guides
                    else Energy(unit, scale)
                )
                parts.append((weight, part))
            return Sum(tuple(parts))

        return objective


def read_aims(
    network: Network, names: Sequence[str] | None, weights: Sequence[float] | None, seed: int
) -> Aims:
    """Read aims from text.

    Args:
        network: has the layers and classes.
        names: of layers, channels and classes; None for the default layer.
        weights: one for each name; None for equal ones.
        seed: of random classes.

    Returns:
        The aims.

    Raises:
        UnknownName: If there is no such layer or class.
        PareidoliaError: If the network has no classes, a channel does not exist, or names and weights are not
            equally many.
    """
    names = names or (default_layer(network),)
    weights = weights or (1.0,) * len(names)
    if len(weights) != len(names):
        raise PareidoliaError(f"{len(names)} aim(s) need as many aim weights; given: {len(weights)}")
    if not any(weights):
        raise PareidoliaError("the aim weights are all 0: there is nothing to dream of")
    units: list[tuple[float, Unit]] = []
    classes: list[tuple[float, Objective]] = []
    for name, weight in zip(names, weights, strict=True):
        address = ClassName("0") if name == RANDOM_CLASS else parse_address(name)
        if isinstance(address, Unit):
            units.append((weight, _checked(network, address)))
            continue
        index = _class_index(network, address)
        aimed = RandomClass(seed) if name == RANDOM_CLASS else ClassScore(index, address.name)
        classes.append((weight, aimed))
    return Aims(tuple(units), tuple(classes))


def default_layer(network: Network) -> str:
    """SqueezeNet: features.10, which dreams of animals. All others: the deepest of the style layers."""
    if is_squeezenet(network.module):
        return "features.10"
    return network.style_layers[-1] if network.style_layers else network.content_layer


def _checked(network: Network, unit: Unit) -> Unit:
    if unit.position is not None:
        raise PareidoliaError(f"a dream has no places: write {unit.layer}:{unit.channel} instead of {unit}")
    shape = network.unit_shape(unit.layer)
    if len(shape) != 3:
        raise PareidoliaError(
            f"{unit.layer} is not a feature map; for the network's answer aim at class:NAME"
        )
    if unit.channel is not None and unit.channel >= shape[0]:
        raise PareidoliaError(f"{unit.layer} has channels 0 to {shape[0] - 1}, not {unit}")
    return unit


def _class_index(network: Network, address: ClassName) -> int:
    try:
        return network.class_index(address.name)
    except PareidoliaError as error:
        if network.class_names is not None:
            raise
        raise PareidoliaError(
            f"{error}; to dream of classes take a network that has them, e.g. "
            "--network torchvision:squeezenet1_0"
        ) from error


def _energy_a_pixel(network: Network, picture: Tensor, layers: Sequence[str]) -> dict[str, float]:
    """½ Σ a² of each layer over the pixels of the picture."""
    shown = _at_own_size(network, picture)
    pixels = shown.shape[-2] * shown.shape[-1]
    seen = _recorded(network, shown, layers)
    return {layer: max(float(maps.square().sum()) / (2 * pixels), 1e-12) for layer, maps in seen.items()}


def _recorded(network: Network, picture: Tensor, layers: Sequence[str]) -> dict[str, Tensor]:
    with preserve_state(network.module), torch.no_grad():
        return network.record(picture, layers)


def _at_own_size(network: Network, picture: Tensor) -> Tensor:
    height, width = picture.shape[-2:]
    longer = max(network.input_shape[1:])
    # A narrow picture is stretched, or its shorter side would be too small for the network.
    rows, columns = (max(side, min(32, longer)) for side in fit((height, width), longer))
    return resize_picture(picture, (rows, columns))
