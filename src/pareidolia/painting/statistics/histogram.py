"""Histograms of channels (Risser et al., "Stable and Controllable Neural Texture Synthesis", 2017)."""

from dataclasses import dataclass

from torch import Tensor

from pareidolia.painting.statistics.quantiles import Quantiles
from pareidolia.painting.statistics.statistic import style_statistic


@style_statistic("histogram")
@dataclass(frozen=True)
class Histogram(Quantiles):
    """1/(NM) ‖F − R(F)‖², where R gives each channel the painting's histogram and keeps its order.

    R is exact, as if bins were narrow. It says nothing of how channels go together: the paper adds it to the
    Gram matrix, `--match gram histogram`.
    """

    @staticmethod
    def along_directions(rows: Tensor) -> Tensor:
        return rows
