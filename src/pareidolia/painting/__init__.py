"""Paint: change a canvas until a network sees what we aim for.

A `Painting` steps through stages; a canvas says what is changed, an objective what is aimed for, transforms
what the picture must survive, a checkpoint what outlives a killed process.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.painting.algebra import read_objective
    from pareidolia.painting.canvas import Canvas, FourierCanvas, PixelCanvas, UnboundedCanvas
    from pareidolia.painting.checkpoint import Checkpoint
    from pareidolia.painting.gallery import Gallery
    from pareidolia.painting.natural import PhaseCanvas
    from pareidolia.painting.objectives import Activation, Each, Objective, Seen, Sum, Term, TotalVariation
    from pareidolia.painting.painting import Painting, Stage
    from pareidolia.painting.statistics import (
        STYLE_STATISTICS,
        Gram,
        MeanStd,
        PositionSums,
        StyleStatistic,
        style_gradient,
        style_statistic,
    )
    from pareidolia.painting.terms import ClassScore, Direction, Diverse, MiddleActivation, PowerNorm

__all__ = [
    "STYLE_STATISTICS",
    "Activation",
    "Canvas",
    "Checkpoint",
    "ClassScore",
    "Direction",
    "Diverse",
    "Each",
    "FourierCanvas",
    "Gallery",
    "Gram",
    "MeanStd",
    "MiddleActivation",
    "Objective",
    "Painting",
    "PhaseCanvas",
    "PixelCanvas",
    "PositionSums",
    "PowerNorm",
    "Seen",
    "Stage",
    "StyleStatistic",
    "Sum",
    "Term",
    "TotalVariation",
    "UnboundedCanvas",
    "read_objective",
    "style_gradient",
    "style_statistic",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "STYLE_STATISTICS": "statistics",
        "Activation": "objectives",
        "Canvas": "canvas",
        "Checkpoint": "checkpoint",
        "ClassScore": "terms",
        "Direction": "terms",
        "Diverse": "terms",
        "Each": "objectives",
        "FourierCanvas": "canvas",
        "Gallery": "gallery",
        "Gram": "statistics",
        "MeanStd": "statistics",
        "MiddleActivation": "terms",
        "Objective": "objectives",
        "Painting": "painting",
        "PhaseCanvas": "natural",
        "PixelCanvas": "canvas",
        "PositionSums": "statistics",
        "PowerNorm": "terms",
        "Seen": "objectives",
        "Stage": "painting",
        "StyleStatistic": "statistics",
        "Sum": "objectives",
        "Term": "objectives",
        "TotalVariation": "objectives",
        "UnboundedCanvas": "canvas",
        "read_objective": "algebra",
        "style_gradient": "statistics",
        "style_statistic": "statistics",
    },
)
