"""Nearest neighbours of features (Kolkin et al., "Neural Neighbor Style Transfer", 2022), layers split."""

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from pareidolia.painting.statistics.nearest import SAMPLED, cosine_distances, nearest, unit
from pareidolia.painting.statistics.positions import FeatureRows, PositionSet
from pareidolia.painting.statistics.statistic import style_statistic


@style_statistic("neighbors")
@dataclass(frozen=True)
class Neighbors(PositionSet[FeatureRows]):
    """How far each position is from the nearest one of the painting, by the cosine of centred features.

    Of several paintings the distances are added, each by its painting's weight.
    """

    beside_gram: ClassVar[float] = 0.125

    def kept(self, positions: FeatureRows) -> FeatureRows:
        return positions

    def between(self, ours: FeatureRows, theirs: FeatureRows) -> Tensor:
        """Σ_k s_k Σ_i w_i min_j (1 − cos(F_i − μ, A_kj − μ_k))."""
        rows = unit(ours.rows - ours.mean)
        parts = []
        for share, painting in theirs.pictures:
            among = unit(painting.sample(SAMPLED).rows - painting.mean)
            found = nearest(rows, among)
            parts.append(share * (ours.shares * cosine_distances(rows, among[found])).sum())
        return torch.stack(parts).sum()
