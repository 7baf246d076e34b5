"""Pictures to learn from: digits, MNIST, or a folder whose subfolders are labels, as bytes in memory.

`opening.py` opens data by name, `folders.py` finds files, labels and splits, `packing.py` decodes them once,
and `order.py` decides which pictures a step sees.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.training.data.opening import open_pictures
    from pareidolia.training.data.order import Pictures
    from pareidolia.training.data.pictureset import PictureSet

__all__ = ["PictureSet", "Pictures", "open_pictures"]
__getattr__ = lazy_exports(
    __name__, {"PictureSet": "pictureset", "Pictures": "order", "open_pictures": "opening"}
)
