"""What a dream with a guide aims for."""

import torch
from torch import Tensor

from pareidolia.painting import ModelOutputs, Term

# The most dot products in memory at once in the search for best matches (64 MB).
_PRODUCTS_AT_ONCE = 1 << 24


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
