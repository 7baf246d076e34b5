"""Parzen windows, the measure of the GAN and AAE papers, and centroids that show what it is worth.

A Gaussian of one width around each of some thousand samples is no good estimate of a density in hundreds of
dimensions: centroids of k-means, which nobody would call samples, score better than real pictures
(Theis, van den Oord and Bethge 2016, section 3.2). It is here to stand beside the papers' figures.
"""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

#: Standard deviations tried on the validation pictures; the papers' own range and a little around it.
WIDTHS = tuple(10 ** (-1.3 + 0.1 * k) for k in range(14))
_POINTS_AT_ONCE = 500


@torch.no_grad()
def parzen_log_density(points: Tensor, centres: Tensor, widths: Sequence[float]) -> Tensor:
    """log 1/M Σ N(x; cₘ, σ²) in nats, for each σ of `widths`: W×N, double.

    points: N×D; centres: M×D.
    """
    # Around their mean the squared lengths are small, and their differences keep their digits.
    middle = centres.mean(0)
    points, centres = points - middle, centres - middle
    lengths = centres.square().sum(1)
    parts = []
    for part in torch.split(points, _POINTS_AT_ONCE):
        squares = torch.addmm(lengths, part, centres.T, alpha=-2).double()
        squares = (squares + part.square().sum(1, keepdim=True)).clamp(min=0)
        parts.append(torch.stack([(squares / (-2 * width**2)).logsumexp(1) for width in widths]))
    constant = torch.tensor([0.5 * points.shape[1] * math.log(2 * math.pi * width**2) for width in widths])
    return torch.cat(parts, dim=1) - math.log(len(centres)) - constant.double().to(points.device)[:, None]


def best_width(validation: Tensor, centres: Tensor, widths: Sequence[float] = WIDTHS) -> float:
    """The σ that gives the validation pictures (N×D) the highest mean log density."""
    means = parzen_log_density(validation, centres, widths).mean(1)
    return widths[int(means.argmax())]


@torch.no_grad()
def centroids(points: Tensor, count: int, generator: torch.Generator, *, rounds: int = 10) -> Tensor:
    """k-means (Lloyd) of points N×D: count×D, begun at points drawn by the generator.

    A centre that no point is nearest to stays where it is.
    """
    centres = points[torch.randperm(len(points), generator=generator)[:count].to(points.device)].clone()
    for _ in range(rounds):
        nearest = _nearest(points, centres)
        sums = torch.zeros_like(centres).index_add_(0, nearest, points)
        sizes = torch.bincount(nearest, minlength=len(centres))[:, None]
        moved = torch.where(sizes > 0, sums / sizes.clamp(min=1), centres)
        if torch.equal(moved, centres):
            break
        centres = moved
    return centres


def _nearest(points: Tensor, centres: Tensor) -> Tensor:
    lengths = centres.square().sum(1)
    parts = (torch.addmm(lengths, part, centres.T, alpha=-2) for part in torch.split(points, _POINTS_AT_ONCE))
    return torch.cat([part.argmin(1) for part in parts])
