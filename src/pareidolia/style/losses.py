"""Content and style of a picture as losses on a network's activations.

Notation of Gatys, Ecker and Bethge ("A Neural Algorithm of Artistic Style", 2015): F is a layer's
activations as N channels × M positions. What of them makes a style is a `StyleStatistic`.
"""

from collections.abc import Mapping, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.painting import ModelOutputs, Term
from pareidolia.painting.statistics import StyleStatistic
from pareidolia.pictures import size_of
from pareidolia.settings import PareidoliaError
from pareidolia.style.settings import Balance


def content_loss(activations: Tensor, target: Tensor) -> Tensor:
    """½ Σ (F − C)², a scalar (Gatys 2015, equation 1)."""
    return (activations - target).square().sum() / 2


class ContentLoss(Term):
    """L_content = Σ_l w_l ½ Σ (F − C)².

    Args:
        targets: the photo's activations C by layer.
        weights: w_l, one for each layer in the order of `targets`.
        balance: "relative" divides each layer's loss by ½ Σ C², its value for an empty map.

    Attributes:
        name: of the loss in a painting's losses.
    """

    name = "content"

    def __init__(self, targets: Mapping[str, Tensor], weights: Sequence[float], balance: Balance) -> None:
        self._targets = dict(targets)
        empty = [content_loss(torch.zeros_like(target), target) for target in targets.values()]
        self._weights = dict(zip(targets, balanced(weights, empty, balance), strict=True))

    @property
    def layers(self) -> frozenset[str]:
        return frozenset(self._targets)

    def loss(self, outputs: ModelOutputs) -> Tensor:
        parts = [
            self._weights[layer] * content_loss(outputs.activations[layer], target)
            for layer, target in self._targets.items()
        ]
        return torch.stack(parts).sum()


class StyleLoss(Term):
    """L_style = Σ_l w_l E_l, where E_l is how far a layer's statistic is from its target.

    Args:
        targets: the statistic of one or several paintings by layer. Of several it is their blend: of Gram
            matrices, that has the gradient of the weighted sum of their losses.
        weights: w_l, one for each layer in the order of `targets`.
        balance: "relative" divides each E_l by its value for an empty map, and multiplies it by what suits
            the statistic (`StyleStatistic.beside_gram`).
        mask: 1×1×H×W in [0, 1], where the picture's style counts; None counts it everywhere.

    Attributes:
        name: of the loss.
    """

    name = "style"

    def __init__(
        self,
        targets: Mapping[str, StyleStatistic],
        weights: Sequence[float],
        balance: Balance,
        mask: Tensor | None = None,
    ) -> None:
        self._targets = dict(targets)
        self._mask = mask
        empty = [target.empty().distance(target) / target.beside_gram for target in targets.values()]
        self._weights = dict(zip(targets, balanced(weights, empty, balance), strict=True))

    @property
    def layers(self) -> frozenset[str]:
        return frozenset(self._targets)

    def loss(self, outputs: ModelOutputs) -> Tensor:
        parts = []
        for layer, target in self._targets.items():
            maps = outputs.activations[layer]
            statistic = type(target).of(maps, self._mask_over(maps))
            parts.append(self._weights[layer] * statistic.distance(target).sum())
        return torch.stack(parts).sum()

    def _mask_over(self, maps: Tensor) -> Tensor | None:
        """The mask's mean over the pixels of each position of a layer's maps."""
        return None if self._mask is None else F.adaptive_avg_pool2d(self._mask, size_of(maps))


def check_positions(
    match: Sequence[str], statistic: type[StyleStatistic], seen: Mapping[str, Tensor], picture: Tensor
) -> None:
    """Refuse layers whose maps have fewer positions than a statistic needs.

    Args:
        match: the statistic's name, as it was given.
        statistic: that it means.
        seen: maps of a picture by layer.
        picture: the picture, 1×3×H×W.

    Raises:
        PareidoliaError: If a map is too small.
    """
    for layer, maps in seen.items():
        positions = maps[0, 0].numel()
        if positions < statistic.least_positions:
            height, width = size_of(picture)
            raise PareidoliaError(
                f"--match {' '.join(match)} compares at least {statistic.least_positions} positions, and "
                f"{layer} has {positions} for a picture of {width}x{height}: leave the layer out of --style-layers, "
                "or begin with a larger --coarsest"
            )


def balanced(weights: Sequence[float], empty: Sequence[Tensor], balance: Balance) -> list[float]:
    """The weights of layers, each over its loss for an empty map if the balance is relative."""
    if balance == "gatys":
        return list(weights)
    return [weight / max(float(loss), 1e-12) for weight, loss in zip(weights, empty, strict=True)]
