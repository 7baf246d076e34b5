"""Wasserstein distance of Gaussians (Mroueh, "Wasserstein Style Transfer", 2019; style-transfer-pytorch)."""

from functools import cached_property
from typing import ClassVar, Self

import torch
from torch import Tensor

from pareidolia.networks.devices import in_double
from pareidolia.painting.statistics.statistic import PositionSums, style_statistic
from pareidolia.threads import threads

#: Added to each variance, so that a covariance of few positions has a root with a slope.
_LEAST_VARIANCE = 1e-4


@style_statistic("w2")
class GaussianWasserstein(PositionSums):
    """W₂² of the Gaussians N(μ, C) that have the maps' moments; its `sums` are of F Fᵀ and F, B×(N+1)×N."""

    least_positions: ClassVar[int] = 2

    @staticmethod
    def summed(rows: Tensor, weighted: Tensor) -> Tensor:
        return torch.cat([weighted.transpose(1, 2) @ rows, weighted.sum(1, keepdim=True)], dim=1)

    @property
    def moments(self) -> tuple[Tensor, Tensor]:
        """μ, B×1×N, and C + 10⁻⁴ I, B×N×N, in float64: float32 loses the small eigenvalues."""
        means = in_double(self.means)
        products, mean = means[:, :-1], means[:, -1:]
        covariance = products - mean.mT @ mean
        return mean, covariance + _LEAST_VARIANCE * torch.eye(len(covariance[0])).to(covariance)

    @cached_property
    def roots(self) -> tuple[Tensor, Tensor]:
        """C^½ and C^−½, B×N×N."""
        values, vectors = _eigen(self.moments[1].detach())
        roots = values.clamp(min=_LEAST_VARIANCE / 2).sqrt()[:, None]
        return vectors * roots @ vectors.mT, vectors / roots @ vectors.mT

    def distance(self, target: Self) -> Tensor:
        """1/N (|μ − μ_A|² + tr(C + C_A − 2 (C_A^½ C C_A^½)^½)), B."""
        (mean, covariance), (other_mean, other_covariance) = self.moments, target.moments
        apart = (mean - other_mean).square().sum(dim=(1, 2))
        apart = apart + _between_covariances(covariance, other_covariance, *target.roots)
        return (apart / mean.shape[-1]).to(self.sums)


def _eigen(matrices: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues and eigenvectors of symmetric matrices, by one thread: two take up to ten times as long."""
    with threads(1):
        values, vectors = torch.linalg.eigh(matrices)
    return values, vectors


def _between_covariances(covariance: Tensor, target: Tensor, root: Tensor, inverse_root: Tensor) -> Tensor:
    """tr(C + A − 2 S^½) with S = A^½ C A^½, B.

    It is |A^½ − A^−½ S^½|², what the optimal transport moves, which loses nothing where the two are close.
    Its slope is I − A^½ S^−½ A^½: no slope of eigenvectors is needed, which equal eigenvalues do not have.
    """
    with torch.no_grad():
        values, vectors = _eigen(root @ covariance @ root)
        roots = values.clamp(min=_LEAST_VARIANCE**2).sqrt()[:, None]
        distance = (inverse_root @ (target - vectors * roots @ vectors.mT)).square().sum(dim=(1, 2))
        turned = root @ vectors
        slope = torch.eye(len(root[0])).to(root) - turned / roots @ turned.mT
    change = (slope * (covariance - covariance.detach())).sum(dim=(1, 2))
    found: Tensor = distance + change
    return found
