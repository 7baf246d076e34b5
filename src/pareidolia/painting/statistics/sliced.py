"""Sliced Wasserstein (Heitz et al., "A Sliced Wasserstein Loss for Neural Texture Synthesis", 2021)."""

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import torch
from torch import Tensor

from pareidolia.painting.statistics.quantiles import Quantiles
from pareidolia.painting.statistics.statistic import style_statistic
from pareidolia.randomness import seeded_generator


@style_statistic("sliced")
@dataclass(frozen=True)
class SlicedWasserstein(Quantiles):
    """The whole distribution of features, by its shadows on as many directions as there are channels."""

    beside_gram: ClassVar[float] = 2.0

    @staticmethod
    def along_directions(rows: Tensor) -> Tensor:
        return rows @ directions(rows.shape[1]).to(rows)


@lru_cache(maxsize=16)
def directions(channels: int) -> Tensor:
    """N random directions of feature space, N×N, each a column; a rotation, so that they leave no gap.

    The paper draws independent ones at each step. With ones that stay, the loss is a function, which L-BFGS
    needs.
    """
    drawn = torch.randn((channels, channels), generator=seeded_generator(0), dtype=torch.float64)
    rotation: Tensor = torch.linalg.qr(drawn).Q
    return rotation
