"""Content as what in the photo is like what (Kolkin et al., STROTSS, 2019, equation 10)."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from pareidolia.painting import ModelOutputs, Term
from pareidolia.painting.statistics.nearest import unit
from pareidolia.randomness import seeded_generator
from pareidolia.style.losses import balanced
from pareidolia.style.settings import Balance

_MOST_ANCHORS = 1024
_LEAST_SUM = 1e-6


class SelfSimilarityLoss(Term):
    """How far the distances of features to each other are from the photo's, whatever the features are.

    So colours and brushwork may be others, if what was alike stays alike.

    Args:
        targets: the photo's activations by layer, 1×N×H×W.
        weights: one for each layer in the order of `targets`.
        balance: "relative" (and "shallow") divides each layer's loss by its value for an empty map.

    Attributes:
        name: of the loss in a painting's losses.
    """

    name = "content"

    def __init__(self, targets: Mapping[str, Tensor], weights: Sequence[float], balance: Balance) -> None:
        self._anchors = {layer: _anchors(maps) for layer, maps in targets.items()}
        self._targets = {layer: self._distances(layer, maps) for layer, maps in targets.items()}
        empty = [self._apart(layer, torch.zeros_like(maps)) for layer, maps in targets.items()]
        self._weights = dict(zip(targets, balanced(weights, empty, balance), strict=True))

    @property
    def layers(self) -> frozenset[str]:
        return frozenset(self._targets)

    def loss(self, outputs: ModelOutputs) -> Tensor:
        parts = [
            weight * self._apart(layer, outputs.activations[layer]) for layer, weight in self._weights.items()
        ]
        return torch.stack(parts).sum()

    def _apart(self, layer: str, maps: Tensor) -> Tensor:
        """1/A Σ |D/ΣD − D_C/ΣD_C| for M positions and A anchors, where sums are over positions."""
        distances = self._distances(layer, maps)
        return (distances - self._targets[layer]).abs().sum() / distances.shape[1]

    def _distances(self, layer: str, maps: Tensor) -> Tensor:
        """1 − cosine of each position to each anchor, as shares of the anchor's sum, M×A."""
        rows = unit(maps[0].flatten(1).T)
        distances = 1 - rows @ rows[self._anchors[layer]].T
        return distances / distances.sum(0).clamp(min=_LEAST_SUM)


def _anchors(maps: Tensor) -> Tensor:
    """The positions to which all are compared: all of a small map, 1024 of a large one."""
    count = maps[0, 0].numel()
    drawn = torch.randperm(count, generator=seeded_generator(0))
    return drawn[:_MOST_ANCHORS].sort().values.to(maps.device)
