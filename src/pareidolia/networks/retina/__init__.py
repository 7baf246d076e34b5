"""retina: the small network the package ships, trained by the project itself (`recipes/retina*.py`).

Five stages of 3×3 convolutions with ReLU and 2×2 max pooling (`trunk.py`), taught to see what VGG-19 sees at
the first ReLU of each of its stages, at a fraction of the size. `build()` makes it, `WEIGHTS` is the file of
its weights (half precision), and `card.md` describes how it was trained, on what, and how well it does.
"""

from pareidolia.networks.retina.trunk import (
    CLASS_COUNT,
    CLASSES,
    CONTENT_LAYER,
    INPUT_SHAPE,
    MEAN,
    STD,
    STYLE_LAYERS,
    WEIGHTS,
    build,
    build_trunk,
)

__all__ = [
    "CLASSES",
    "CLASS_COUNT",
    "CONTENT_LAYER",
    "INPUT_SHAPE",
    "MEAN",
    "STD",
    "STYLE_LAYERS",
    "WEIGHTS",
    "build",
    "build_trunk",
]
