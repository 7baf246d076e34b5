"""What a position of a layer sees, cut out of a picture."""

import torch.nn.functional as F
from torch import Tensor

from pareidolia.networks import ReceptiveField
from pareidolia.pictures import resize_picture
from pareidolia.pictures.sheets import PAPER

# From here on pixels stay squares: nothing is gained by blurring nine of them.
_SQUARES = 6


def crop(picture: Tensor, field: ReceptiveField | None, position: tuple[int, int] | None) -> Tensor:
    """What the unit at `position` (row, column) of a layer sees of a picture 1×3×H×W: 1×3×h×w.

    The receptive field; where it sticks out over the border it is moved inside, and still holds all that the
    unit sees. Along an axis on which it is larger than the picture, or where there is no field or position,
    all of the picture.
    """
    if field is None or position is None:
        return picture
    top, left, bottom, right = field.window(*position)
    rows = _inside(top, bottom, picture.shape[-2])
    columns = _inside(left, right, picture.shape[-1])
    return picture[..., rows, columns]


def _inside(first: int, end: int, length: int) -> slice:
    """The stretch from `first` to `end`, moved to lie within `length`, or all of that."""
    size = min(end - first, length)
    start = min(max(first, 0), length - size)
    return slice(start, start + size)


def to_tile(patch: Tensor, side: int) -> Tensor:
    """A patch 1×3×h×w as a square of `side` pixels; few pixels stay squares, an oblong stands on paper."""
    height, width = patch.shape[-2:]
    scale = side / max(height, width)
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    fitted = F.interpolate(patch, size) if scale >= _SQUARES else resize_picture(patch, size)
    down, right = side - size[0], side - size[1]
    return F.pad(fitted, (right // 2, right - right // 2, down // 2, down - down // 2), value=PAPER)
