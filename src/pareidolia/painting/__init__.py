"""Paint: change a canvas until a network sees what we aim for.

A `Painting` steps through stages; a canvas says what is changed, an objective what is aimed for, transforms
what the picture must survive, a checkpoint what outlives a killed process.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.painting.canvas import Canvas, FourierCanvas, PixelCanvas
    from pareidolia.painting.checkpoint import Checkpoint
    from pareidolia.painting.gallery import Gallery
    from pareidolia.painting.objectives import Activation, Each, Objective, Seen, Sum, Term, TotalVariation
    from pareidolia.painting.painting import Painting, Stage, Step

__all__ = [
    "Activation",
    "Canvas",
    "Checkpoint",
    "Each",
    "FourierCanvas",
    "Gallery",
    "Objective",
    "Painting",
    "PixelCanvas",
    "Seen",
    "Stage",
    "Step",
    "Sum",
    "Term",
    "TotalVariation",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "Activation": "objectives",
        "Canvas": "canvas",
        "Checkpoint": "checkpoint",
        "Each": "objectives",
        "FourierCanvas": "canvas",
        "Gallery": "gallery",
        "Objective": "objectives",
        "Painting": "painting",
        "PixelCanvas": "canvas",
        "Seen": "objectives",
        "Stage": "painting",
        "Step": "painting",
        "Sum": "objectives",
        "Term": "objectives",
        "TotalVariation": "objectives",
    },
)
