"""The part of a picture that a position of a layer sees."""

import torch.nn.functional as F
from torch import Tensor

from pareidolia.networks import ReceptiveField
from pareidolia.pictures import resize_picture
from pareidolia.pictures.sheets import PAPER

# Patches of fewer pixels keep sharp squares: blurring nine of them gains nothing.
_SQUARES = 6


def crop(picture: Tensor, field: ReceptiveField | None, position: tuple[int, int] | None) -> Tensor:
    """Cut out the part of a picture that a unit at a position sees.

    It is the receptive field; if that reaches beyond the border it is moved inside, and still holds
    everything that the unit sees. Along an axis on which it is larger than the picture, or if there is no
    field or position, it is all of the picture.

    Args:
        picture: 1×3×H×W.
        field: the layer's receptive field; None if it has none.
        position: row and column in the layer's map; None if it has none.

    Returns:
        1×3×h×w.
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
    """A patch 1×3×h×w as a square of `side` pixels; few pixels stay squares, an oblong is laid on paper."""
    height, width = patch.shape[-2:]
    scale = side / max(height, width)
    size = (max(1, round(height * scale)), max(1, round(width * scale)))
    fitted = F.interpolate(patch, size) if scale >= _SQUARES else resize_picture(patch, size)
    down, right = side - size[0], side - size[1]
    return F.pad(fitted, (right // 2, right - right // 2, down // 2, down - down // 2), value=PAPER)
