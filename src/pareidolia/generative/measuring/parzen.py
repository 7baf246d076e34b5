"""Parzen windows, the measure of the GAN and AAE papers, and centroids that show its weakness.

A Gaussian of one width around each of some thousand samples is a bad estimate of a density in hundreds of
dimensions: centroids of k-means, which are not samples of anything, score better than real pictures
(Theis, van den Oord and Bethge 2016, section 3.2). It is here for comparison with the papers' figures.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from pareidolia.networks.devices import in_double

#: Standard deviations tried on the validation pictures: the papers' range and a little more.
WIDTHS = tuple(10 ** (-1.3 + 0.1 * k) for k in range(14))
_POINTS_AT_ONCE = 500


@torch.no_grad()
def parzen_log_density(points: Tensor, centers: Tensor, widths: Sequence[float]) -> Tensor:
    """log 1/M Σ N(x; cₘ, σ²) in nats, for each width.

    Args:
        points: N×D.
        centers: M×D.
        widths: W values of σ.

    Returns:
        W×N, double.
    """
    # Around their mean the squared lengths are small, and their differences exact enough.
    middle = centers.mean(0)
    points, centers = points - middle, centers - middle
    lengths = centers.square().sum(1)
    parts = []
    for part in torch.split(points, _POINTS_AT_ONCE):
        squares = in_double(torch.addmm(lengths, part, centers.T, alpha=-2))
        squares = (squares + part.square().sum(1, keepdim=True).to(squares.device)).clamp(min=0)
        parts.append(torch.stack([(squares / (-2 * width**2)).logsumexp(1) for width in widths]))
    constant = torch.tensor([0.5 * points.shape[1] * math.log(2 * math.pi * width**2) for width in widths])
    densities = torch.cat(parts, dim=1)
    return densities - math.log(len(centers)) - constant.double().to(densities.device)[:, None]


def best_width(validation: Tensor, centers: Tensor, widths: Sequence[float] = WIDTHS) -> float:
    """The σ for which the validation pictures (N×D) have the highest mean log density."""
    means = parzen_log_density(validation, centers, widths).mean(1)
    return widths[int(means.argmax())]


@torch.no_grad()
def centroids(points: Tensor, count: int, generator: torch.Generator, *, rounds: int = 10) -> Tensor:
    """k-means (Lloyd), begun at points drawn by the generator.

    A centre without nearest points stays where it is.

    Args:
        points: N×D.
        count: k.
        generator: of the beginning.
        rounds: number of iterations.

    Returns:
        k×D.
    """
    centers = points[torch.randperm(len(points), generator=generator)[:count].to(points.device)].clone()
    for _ in range(rounds):
        nearest = _nearest(points, centers)
        sums = torch.zeros_like(centers).index_add_(0, nearest, points)
        sizes = torch.bincount(nearest, minlength=len(centers))[:, None]
        moved = torch.where(sizes > 0, sums / sizes.clamp(min=1), centers)
        if torch.equal(moved, centers):
            break
        centers = moved
    return centers


def _nearest(points: Tensor, centers: Tensor) -> Tensor:
    lengths = centers.square().sum(1)
    parts = (torch.addmm(lengths, part, centers.T, alpha=-2) for part in torch.split(points, _POINTS_AT_ONCE))
    return torch.cat([part.argmin(1) for part in parts])
