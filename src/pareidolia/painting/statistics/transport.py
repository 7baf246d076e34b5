"""Relaxed optimal transport (Kolkin et al., "Style Transfer by Relaxed Optimal Transport", STROTSS, 2019)."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pareidolia.painting.statistics.nearest import SAMPLED, cosine_distances, nearest_both_ways, unit
from pareidolia.painting.statistics.positions import FeatureRows, PositionSet
from pareidolia.painting.statistics.statistic import style_statistic

_LEAST_SQUARE = 1e-12


@style_statistic("transport")
@dataclass(frozen=True)
class RelaxedTransport(PositionSet[FeatureRows]):
    """The relaxed earth mover's distance of features by cosine, and the difference of their moments.

    Each position is to be like one of the painting, and each of the painting's like one here; the cosine
    leaves magnitudes open, which the moments hold. Features are measured by the painting's root mean square:
    networks differ in magnitude by orders, and the cosine would be nothing beside the moments.
    """

    beside_gram: ClassVar[float] = 0.1
    smooth: ClassVar[bool] = False  # absolute differences: L-BFGS ends in colored grain

    def kept(self, positions: FeatureRows) -> FeatureRows:
        return positions

    def between(self, ours: FeatureRows, theirs: FeatureRows) -> Tensor:
        """The distance of equation 6 and the moments of equation 7, added as in equation 9."""
        return _relaxed_earth_mover(ours, theirs.sample(SAMPLED)) + _moments_apart(ours, theirs)


def _relaxed_earth_mover(ours: FeatureRows, theirs: FeatureRows) -> Tensor:
    """max(Σ_i w_i min_j C_ij, Σ_j v_j min_i C_ij), C = 1 − cosine."""
    rows, others = unit(ours.rows), unit(theirs.rows)
    of_ours, of_theirs = nearest_both_ways(rows, others)
    there = (ours.shares * cosine_distances(rows, others[of_ours])).sum()
    back = (theirs.shares * cosine_distances(rows[of_theirs], others)).sum()
    return torch.maximum(there, back)


def _moments_apart(ours: FeatureRows, theirs: FeatureRows) -> Tensor:
    """1/N |μ − μ_A|₁ + 1/N² |C − C_A|₁, of features divided by the root mean square of the painting's."""
    square = (theirs.mean.square() + theirs.covariance.diagonal()).mean().clamp(min=_LEAST_SQUARE)
    means = (ours.mean - theirs.mean).abs().mean()
    return means / square.sqrt() + (ours.covariance - theirs.covariance).abs().mean() / square
