"""Wasserstein distance of Gaussians (Mroueh, "Wasserstein Style Transfer", 2019; style-transfer-pytorch)."""

from functools import cached_property
from typing import ClassVar, Self

import torch
from torch import Tensor

from pareidolia.networks.devices import in_double
from pareidolia.painting.statistics.statistic import PositionSums, style_statistic
from pareidolia.threads import threads

#: Added to each variance, as a share of the mean square of what is aimed at, so that a covariance of few
#: positions has a root with a slope. style-transfer-pytorch adds the number itself to activations of about 1;
#: those of a network that sees 0 to 255 are hundreds, and there the slope would be too steep to descend.
_SHARE = 3e-4
_TINY = 1e-12


@style_statistic("w2")
class GaussianWasserstein(PositionSums):
    """W₂² of the Gaussians N(μ, C) that have the maps' moments; its `sums` are of F Fᵀ and F, B×(N+1)×N."""

    least_positions: ClassVar[int] = 2

    @staticmethod
    def summed(rows: Tensor, weighted: Tensor) -> Tensor:
        return torch.cat([weighted.transpose(1, 2) @ rows, weighted.sum(1, keepdim=True)], dim=1)

    @property
    def moments(self) -> tuple[Tensor, Tensor]:
        """μ, B×1×N, and C, B×N×N, in float64: float32 loses the small eigenvalues."""
        means = in_double(self.means)
        products, mean = means[:, :-1], means[:, -1:]
        return mean, products - mean.mT @ mean

    @cached_property
    def least(self) -> Tensor:
        """The variance ε that is added where these maps are the aim, B×1×1."""
        squares = in_double(self.means.detach())[:, :-1].diagonal(dim1=1, dim2=2)
        return (_SHARE * squares.mean(1)[:, None, None]).clamp(min=_TINY)

    @cached_property
    def roots(self) -> tuple[Tensor, Tensor]:
        """(C + ε I)^½ and its inverse, B×N×N."""
        values, vectors = _eigen(_raised(self.moments[1].detach(), self.least))
        roots = values.clamp(min=self.least[:, :, 0] / 2).sqrt()[:, None]
        return vectors * roots @ vectors.mT, vectors / roots @ vectors.mT

    def distance(self, target: Self) -> Tensor:
        """1/N (|μ − μ_A|² + tr(C + C_A − 2 (C_A^½ C C_A^½)^½)), B, where ε I is added to C and C_A."""
        (mean, covariance), (other_mean, other_covariance) = self.moments, target.moments
        apart = (mean - other_mean).square().sum(dim=(1, 2))
        here, there = _raised(covariance, target.least), _raised(other_covariance, target.least)
        apart = apart + _between_covariances(here, there, *target.roots, target.least)
        return (apart / mean.shape[-1]).to(self.sums)


def _raised(covariance: Tensor, least: Tensor) -> Tensor:
    """C + ε I."""
    return covariance + least * torch.eye(len(covariance[0])).to(covariance)


def _eigen(matrices: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues and eigenvectors of symmetric matrices, by one thread: two take up to ten times as long."""
    with threads(1):
        values, vectors = torch.linalg.eigh(matrices)
    return values, vectors


def _between_covariances(
    covariance: Tensor, target: Tensor, root: Tensor, inverse_root: Tensor, least: Tensor
) -> Tensor:
    """tr(C + A − 2 S^½) with S = A^½ C A^½, B.

    It is |A^½ − A^−½ S^½|², what the optimal transport moves, which loses nothing where the two are close.
    Its slope is I − A^½ S^−½ A^½: no slope of eigenvectors is needed, which equal eigenvalues do not have.
    """
    with torch.no_grad():
        values, vectors = _eigen(root @ covariance @ root)
        roots = values.clamp(min=least[:, :, 0].square()).sqrt()[:, None]
        distance = (inverse_root @ (target - vectors * roots @ vectors.mT)).square().sum(dim=(1, 2))
        turned = root @ vectors
        slope = torch.eye(len(root[0])).to(root) - turned / roots @ turned.mT
    change = (slope * (covariance - covariance.detach())).sum(dim=(1, 2))
    found: Tensor = distance + change
    return found
