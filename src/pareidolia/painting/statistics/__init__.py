"""Style statistics: what is kept of a layer's maps so that styles can be compared.

`statistic.py` defines `StyleStatistic` and keeps the register of them; each other file holds one.
"""

from pareidolia.painting.statistics.gram import Gram, style_gradient
from pareidolia.painting.statistics.mean_std import MeanStd
from pareidolia.painting.statistics.statistic import (
    STYLE_STATISTICS,
    PositionSums,
    StyleStatistic,
    style_statistic,
)

__all__ = [
    "STYLE_STATISTICS",
    "Gram",
    "MeanStd",
    "PositionSums",
    "StyleStatistic",
    "style_gradient",
    "style_statistic",
]
