"""Style statistics: what is kept of a layer's maps so that styles can be compared.

`statistic.py` defines `StyleStatistic` and keeps the register of them; each other file holds one, or what
several share: `PositionSums`, means over positions (`statistic.py`); `PositionSet`, the positions themselves
(`positions.py`); `Quantiles`, sorted numbers (`quantiles.py`); nearest neighbours (`nearest.py`).
`several.py` reads `--match`.
"""

from pareidolia.painting.statistics.gram import Gram, style_gradient
from pareidolia.painting.statistics.histogram import Histogram
from pareidolia.painting.statistics.mean_std import MeanStd
from pareidolia.painting.statistics.neighbors import Neighbors
from pareidolia.painting.statistics.positions import PositionSet
from pareidolia.painting.statistics.several import statistic_for
from pareidolia.painting.statistics.sliced import SlicedWasserstein
from pareidolia.painting.statistics.statistic import (
    STYLE_STATISTICS,
    PositionSums,
    StyleStatistic,
    style_statistic,
)
from pareidolia.painting.statistics.transport import RelaxedTransport
from pareidolia.painting.statistics.w2 import GaussianWasserstein

__all__ = [
    "STYLE_STATISTICS",
    "GaussianWasserstein",
    "Gram",
    "Histogram",
    "MeanStd",
    "Neighbors",
    "PositionSet",
    "PositionSums",
    "RelaxedTransport",
    "SlicedWasserstein",
    "StyleStatistic",
    "statistic_for",
    "style_gradient",
    "style_statistic",
]
