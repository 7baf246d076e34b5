"""Objectives that can be dreamt of."""

from collections.abc import Mapping

import torch
from torch import Tensor

from pareidolia.painting import ModelOutputs, Term
from pareidolia.painting.terms import class_scores
from pareidolia.settings import Unit

# The most dot products in memory at once in the search for best matches (64 MB).
_PRODUCTS_AT_ONCE = 1 << 24


class Energy(Term):
    """−½ Σ a² over the activations a of a layer, or of one channel of it.

    Its gradient sends the activations themselves back: what the layer sees is strengthened (Mordvintsev et
    al. 2015, `objective_L2`).

    Args:
        unit: a layer, or a channel of one.
        scale: what the sum is divided by.

    Attributes:
        adds_over_positions: True.
    """

    adds_over_positions = True

    def __init__(self, unit: Unit, scale: float = 1.0) -> None:
        self.unit = unit
        self.name = f"energy of {unit}"
        self._scale = scale

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self.unit.layer})

    def loss(self, outputs: ModelOutputs) -> Tensor:
        return -of_channel(outputs.activations, self.unit).square().sum() / (2 * self._scale)


class BestMatch(Term):
    """−Σ_i max_j x_i · y_j: each position's features x_i are drawn to their best match y_j in a guide.

    The gradient sends y_j back for the j that fits x_i best (Mordvintsev et al. 2015, `objective_guide`).

    Args:
        layer: where the features are compared.
        guide: 1×C×h×w activations of the guide.
        scale: what the sum is divided by.

    Attributes:
        adds_over_positions: True.
    """

    adds_over_positions = True

    def __init__(self, layer: str, guide: Tensor, scale: float = 1.0) -> None:
        self.layer = layer
        self.name = f"guide at {layer}"
        self._guide = guide.detach().flatten(2)[0]
        self._scale = scale

    @property
    def layers(self) -> frozenset[str]:
        return frozenset({self.layer})

    def loss(self, outputs: ModelOutputs) -> Tensor:
        features = outputs.activations[self.layer].flatten(2).transpose(1, 2).flatten(0, 1)
        at_once = max(1, _PRODUCTS_AT_ONCE // self._guide.shape[1])
        with torch.no_grad():
            best = torch.cat([(part @ self._guide).argmax(dim=1) for part in torch.split(features, at_once)])
        return -(features * self._guide.T[best]).sum() / self._scale


class RandomClass(Term):
    """The score of another class at each step, the other scores without gradient.

    −s_k, with k a function of (seed, step).
    """

    name = "random class"
    layers = frozenset()
    needs_logits = True

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def class_at(self, step: int, count: int) -> int:
        """The class of a step, one of `count`."""
        # Not the transforms' generator: the class would follow from the jitter.
        generator = torch.Generator().manual_seed((self._seed + 1) * 2_000_003 + step)
        return int(torch.randint(count, (), generator=generator))

    def loss(self, outputs: ModelOutputs) -> Tensor:
        logits = class_scores(outputs)
        return -logits[:, self.class_at(outputs.step, logits.shape[1])].sum()


def of_channel(activations: Mapping[str, Tensor], unit: Unit) -> Tensor:
    """The activations of a unit's layer, or of its channel alone."""
    maps = activations[unit.layer]
    return maps if unit.channel is None else maps[:, unit.channel]
