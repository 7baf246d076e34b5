"""What is dreamt of: the objective of each size, from the aims that a person names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.dreaming.objectives import BestMatch
from pareidolia.networks import Network, preserve_state
from pareidolia.networks.style_layers import is_squeezenet
from pareidolia.painting import Energy, Objective, Sum
from pareidolia.painting.aims import read_terms
from pareidolia.pictures import fit, resize_picture
from pareidolia.settings import PareidoliaError, Unit


@dataclass(frozen=True)
class Aims:
    """What is dreamt of, each with its weight.

    Attributes:
        units: layers and channels.
        others: objectives that have a scale of their own: classes, and registered ones.
    """

    units: tuple[tuple[float, Unit], ...]
    others: tuple[tuple[float, Objective], ...]

    @property
    def layers(self) -> frozenset[str]:
        """The layers that are looked at."""
        named = {unit.layer for _, unit in self.units}
        return frozenset(named).union(*(objective.layers for _, objective in self.others))

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
            parts = list(self.others)
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


def read_aims(network: Network, aims: Sequence[str] | None, seed: int) -> Aims:
    """What the aims, which are added up, mean to a dream through `network`.

    Args:
        network: has the layers and classes.
        aims: as `pareidolia.painting.aims` reads them; None is a deep layer.
        seed: of aims that draw at random.

    Returns:
        The aims.

    Raises:
        UnknownName: a layer or class that there is not.
        PareidoliaError: what cannot be read or dreamt of, or weights that are all 0.
    """
    texts = aims or (default_layer(network),)
    terms = [term for text in texts for term in read_terms(text, network, seed)]
    if not any(weight for weight, _ in terms):
        raise PareidoliaError("the weights of the aims are all 0: there is nothing to dream of")
    units = [(weight, _checked(network, aim)) for weight, aim in terms if isinstance(aim, Unit)]
    others = [(weight, aim) for weight, aim in terms if isinstance(aim, Objective)]
    return Aims(tuple(units), tuple(others))


def default_layer(network: Network) -> str:
    """SqueezeNet: features.10, which dreams of animals. All others: the deepest of the style layers."""
    if is_squeezenet(network.module):
        return "features.10"
    return network.style_layers[-1] if network.style_layers else network.content_layer


def _checked(network: Network, unit: Unit) -> Unit:
    if isinstance(unit.position, tuple):
        whole = f"{unit.layer}:{unit.channel}"
        raise PareidoliaError(
            f"a dream has no places, since it has many sizes: write {whole} or {whole}@middle, not {unit}"
        )
    if len(network.unit_shape(unit.layer)) != 3:
        raise PareidoliaError(
            f"{unit.layer} is not a feature map; for the network's answer aim at class:NAME"
        )
    return unit


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
