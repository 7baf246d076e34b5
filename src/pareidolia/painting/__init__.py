"""Paint: change a canvas until a network sees what we aim for.

A `Painting` steps through stages; a canvas says what is changed, an objective what is aimed for, transforms
what the picture must survive, a checkpoint what outlives a killed process.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.painting.aims import read_objective
    from pareidolia.painting.canvas import Canvas, FourierCanvas, PixelCanvas, UnboundedCanvas
    from pareidolia.painting.checkpoint import Checkpoint
    from pareidolia.painting.gallery import Gallery
    from pareidolia.painting.natural import PhaseCanvas
    from pareidolia.painting.objectives import (
        OBJECTIVES,
        Activation,
        Each,
        ModelOutputs,
        Objective,
        Sum,
        Term,
        TotalVariation,
        objective,
    )
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
    from pareidolia.painting.terms import (
        ClassScore,
        Direction,
        Diverse,
        Energy,
        MiddleActivation,
        PowerNorm,
        RandomClass,
    )

__all__ = [
    "OBJECTIVES",
    "STYLE_STATISTICS",
    "Activation",
    "Canvas",
    "Checkpoint",
    "ClassScore",
    "Direction",
    "Diverse",
    "Each",
    "Energy",
    "FourierCanvas",
    "Gallery",
    "Gram",
    "MeanStd",
    "MiddleActivation",
    "ModelOutputs",
    "Objective",
    "Painting",
    "PhaseCanvas",
    "PixelCanvas",
    "PositionSums",
    "PowerNorm",
    "RandomClass",
    "Stage",
    "StyleStatistic",
    "Sum",
    "Term",
    "TotalVariation",
    "UnboundedCanvas",
    "objective",
    "read_objective",
    "style_gradient",
    "style_statistic",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "OBJECTIVES": "objectives",
        "STYLE_STATISTICS": "statistics",
        "Activation": "objectives",
        "Canvas": "canvas",
        "Checkpoint": "checkpoint",
        "ClassScore": "terms",
        "Direction": "terms",
        "Diverse": "terms",
        "Each": "objectives",
        "Energy": "terms",
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
        "RandomClass": "terms",
        "ModelOutputs": "objectives",
        "Stage": "painting",
        "StyleStatistic": "statistics",
        "Sum": "objectives",
        "Term": "objectives",
        "TotalVariation": "objectives",
        "UnboundedCanvas": "canvas",
        "objective": "objectives",
        "read_objective": "aims",
        "style_gradient": "statistics",
        "style_statistic": "statistics",
    },
)
