"""Pictures to learn from: digits, MNIST, or a folder whose subfolders are labels, as bytes in memory.

`opening.py` knows data by name, `folders.py` finds files, labels and splits, `packing.py` decodes them once,
`given.py` takes tensors, arrays and data sets, `found.py` and `kept.py` find a run's pictures again, and
`order.py` says which pictures a step sees.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.training.data.given import as_picture_set
    from pareidolia.training.data.opening import open_pictures
    from pareidolia.training.data.order import Pictures
    from pareidolia.training.data.pictureset import PictureSet

__all__ = ["PictureSet", "Pictures", "as_picture_set", "open_pictures"]
__getattr__ = lazy_exports(
    __name__,
    {
        "PictureSet": "pictureset",
        "Pictures": "order",
        "as_picture_set": "given",
        "open_pictures": "opening",
    },
)
