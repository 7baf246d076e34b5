"""Paint: change a canvas until a network sees what the objective describes.

A `Painting` steps through stages; a canvas is what changes, an objective what is minimised, transforms
are random changes that the picture must be robust to, and a checkpoint lets a killed process continue.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.painting.algebra import read_objective
    from pareidolia.painting.canvas import Canvas, FourierCanvas, PixelCanvas, UnboundedCanvas
    from pareidolia.painting.checkpoint import Checkpoint
    from pareidolia.painting.gallery import Gallery
    from pareidolia.painting.natural import PhaseCanvas
    from pareidolia.painting.objectives import (
        Activation,
        Each,
        ModelOutputs,
        Objective,
        Sum,
        Term,
        TotalVariation,
    )
    from pareidolia.painting.painting import Painting, Stage
    from pareidolia.painting.terms import ClassScore, Direction, Diverse, MiddleActivation, PowerNorm

__all__ = [
    "Activation",
    "Canvas",
    "Checkpoint",
    "ClassScore",
    "Direction",
    "Diverse",
    "Each",
    "FourierCanvas",
    "Gallery",
    "MiddleActivation",
    "ModelOutputs",
    "Objective",
    "Painting",
    "PhaseCanvas",
    "PixelCanvas",
    "PowerNorm",
    "Stage",
    "Sum",
    "Term",
    "TotalVariation",
    "UnboundedCanvas",
    "read_objective",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "Activation": "objectives",
        "Canvas": "canvas",
        "Checkpoint": "checkpoint",
        "ClassScore": "terms",
        "Direction": "terms",
        "Diverse": "terms",
        "Each": "objectives",
        "FourierCanvas": "canvas",
        "Gallery": "gallery",
        "MiddleActivation": "terms",
        "Objective": "objectives",
        "Painting": "painting",
        "PhaseCanvas": "natural",
        "PixelCanvas": "canvas",
        "PowerNorm": "terms",
        "ModelOutputs": "objectives",
        "Stage": "painting",
        "Sum": "objectives",
        "Term": "objectives",
        "TotalVariation": "objectives",
        "UnboundedCanvas": "canvas",
        "read_objective": "algebra",
    },
)
