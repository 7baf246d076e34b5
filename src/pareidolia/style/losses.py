"""Content and style of a picture as losses on a network's activations.

Notation of Gatys, Ecker and Bethge ("A Neural Algorithm of Artistic Style", 2015): F is a layer's
activations as N channels × M positions, G = F Fᵀ its Gram matrix.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.painting import ModelOutputs, Term
from pareidolia.pictures import size_of

Balance = Literal["relative", "gatys"]

_NO_POSITION = 1e-6
"""The least sum of positions' weights: a mask may leave nothing of itself on a small canvas."""


@dataclass(frozen=True)
class Gram:
    """Σ_k F_ik F_jk over M positions; the Grams of a picture's tiles add up to the picture's own.

    Attributes:
        products: B×N×N sums over positions.
        positions: M; if positions are weighted, the sum of their weights.
    """

    products: Tensor
    positions: float

    @classmethod
    def of(cls, activations: Tensor, weights: Tensor | None = None) -> "Gram":
        """The Gram matrix of activations.

        Args:
            activations: B×N×H×W.
            weights: 1×1×H×W, not negative, how much each position counts (a soft form of the guided Gram
                matrices of Gatys et al., "Controlling Perceptual Factors in Neural Style Transfer", 2017);
                None counts all alike.

        Returns:
            The sums over positions.
        """
        rows = _by_position(activations)
        if weights is None:
            return cls(rows.transpose(1, 2) @ rows, rows.shape[1])
        shares = weights.flatten(2).transpose(1, 2)
        return cls((rows * shares).transpose(1, 2) @ rows, max(float(shares.sum()), _NO_POSITION))

    def __add__(self, other: "Gram") -> "Gram":
        return Gram(self.products + other.products, self.positions + other.positions)

    @property
    def mean(self) -> Tensor:
        """The Gram matrix of one position on average, B×N×N: pictures of any size compare."""
        return self.products / self.positions


def _by_position(activations: Tensor) -> Tensor:
    """B×N×H×W activations as B×M×N, without a copy in either layout of memory."""
    if activations.is_contiguous():
        return activations.flatten(2).transpose(1, 2)
    return activations.permute(0, 2, 3, 1).flatten(1, 2)


def content_loss(activations: Tensor, target: Tensor) -> Tensor:
    """½ Σ (F − C)², a scalar (Gatys 2015, equation 1)."""
    return (activations - target).square().sum() / 2


def style_loss(gram: Gram, target_mean: Tensor) -> Tensor:
    """E = 1/(4N²) Σ (G/M − A/M_A)², a scalar.

    For pictures of equal size this is 1/(4N²M²) Σ (G − A)² (Gatys 2015, equation 4); of unequal size each
    Gram matrix is divided by its own M.

    Args:
        gram: G and M of the picture.
        target_mean: A/M_A, N×N.

    Returns:
        E, a scalar.
    """
    channels = gram.products.shape[-1]
    return (gram.mean - target_mean).square().sum() / (4 * channels**2)


def style_gradient(activations: Tensor, target: Gram) -> Tensor:
    """∂E/∂F = 1/(N²M) · (Fᵀ(G/M − A/M_A))ᵀ in closed form.

    For equal sizes, 1/(N²M²) · (Fᵀ(G − A))ᵀ. The paper's second case, zero where the activation is not
    positive, is the gradient with respect to the rectifier's input: this one masked there (Gatys 2015,
    equation 6).

    Args:
        activations: F, B×N×H×W.
        target: A and M_A.

    Returns:
        B×N×H×W.
    """
    maps = activations.flatten(2)
    channels, positions = maps.shape[1:]
    difference = Gram.of(activations).mean - target.mean
    gradient = (maps.transpose(1, 2) @ difference).transpose(1, 2) / (channels**2 * positions)
    return gradient.view_as(activations)


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
        self._weights = dict(zip(targets, _balanced(weights, empty, balance), strict=True))

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
    """L_style = Σ_l w_l E_l, towards the mean Gram matrices of one or several paintings.

    Args:
        targets: A/M_A by layer, N×N; a blend of paintings is the weighted mean of theirs, which has the
            gradient of the weighted sum of their losses.
        weights: w_l, one for each layer in the order of `targets`.
        balance: "relative" divides each E_l by its value for an empty map.
        mask: 1×1×H×W in [0, 1], where the picture's style counts; None counts it everywhere.

    Attributes:
        name: of the loss in a painting's losses.
    """

    name = "style"

    def __init__(
        self,
        targets: Mapping[str, Tensor],
        weights: Sequence[float],
        balance: Balance,
        mask: Tensor | None = None,
    ) -> None:
        self._targets = dict(targets)
        self._mask = mask
        empty = [style_loss(Gram(torch.zeros_like(target), 1), target) for target in targets.values()]
        self._weights = dict(zip(targets, _balanced(weights, empty, balance), strict=True))

    @property
    def layers(self) -> frozenset[str]:
        return frozenset(self._targets)

    def statistics(self, outputs: ModelOutputs) -> dict[str, Gram]:
        """The Gram matrices of a picture, by layer."""
        return {
            layer: Gram.of(outputs.activations[layer], self._mask_over(outputs.activations[layer]))
            for layer in self._targets
        }

    def loss_of(self, statistics: Mapping[str, Gram]) -> Tensor:
        """The loss of a picture with these statistics, a scalar."""
        parts = [
            self._weights[layer] * style_loss(statistics[layer], target)
            for layer, target in self._targets.items()
        ]
        return torch.stack(parts).sum()

    def loss(self, outputs: ModelOutputs) -> Tensor:
        return self.loss_of(self.statistics(outputs))

    def _mask_over(self, maps: Tensor) -> Tensor | None:
        """The mask's mean over the pixels of each position of a layer's maps."""
        return None if self._mask is None else F.adaptive_avg_pool2d(self._mask, size_of(maps))


def _balanced(weights: Sequence[float], empty: Sequence[Tensor], balance: Balance) -> list[float]:
    if balance == "gatys":
        return list(weights)
    return [weight / max(float(loss), 1e-12) for weight, loss in zip(weights, empty, strict=True)]
