"""Mean and standard deviation of each channel (Galerne et al., "Scaling Painting Style Transfer", 2024)."""

from typing import Self

import torch
from torch import Tensor

from pareidolia.painting.statistics.statistic import PositionSums, style_statistic

#: The paper weighs mean and deviation 1000/100 times N² times as high as the Gram matrix, and takes the means
#: of squared differences over N and N² numbers; in units of `Gram.distance` that is 2.5 N.
_BESIDE_GRAM = 2.5

#: The least variance: a channel that never fires has a deviation whose slope is infinite.
_LEAST_VARIANCE = 1e-8


@style_statistic("mean-std")
class MeanStd(PositionSums):
    """μ and σ of each channel; its `sums` are those of F and F², B×2×N, which add up exactly."""

    @staticmethod
    def summed(rows: Tensor, weighted: Tensor) -> Tensor:
        return torch.stack([weighted.sum(1), (weighted * rows).sum(1)], dim=1)

    @property
    def mean_and_std(self) -> tuple[Tensor, Tensor]:
        """μ and σ (of the whole, not of a sample), B×N each."""
        mean, square = self.means.unbind(1)
        return mean, (square - mean.square()).clamp(min=_LEAST_VARIANCE).sqrt()

    def distance(self, target: Self) -> Tensor:
        """2.5 N Σ ((μ − μ_A)² + (σ − σ_A)²), B."""
        pairs = zip(self.mean_and_std, target.mean_and_std, strict=True)
        squares = torch.stack([(ours - theirs).square() for ours, theirs in pairs])
        return _BESIDE_GRAM * squares.shape[-1] * squares.sum(dim=(0, 2))
