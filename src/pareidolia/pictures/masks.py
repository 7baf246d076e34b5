"""Masks: where something happens in a picture, and how much."""

from torch import Tensor

from pareidolia.pictures.accepting import PictureLike, as_picture
from pareidolia.pictures.color import luminance, over_white
from pareidolia.pictures.resizing import resize_picture


def as_mask(source: PictureLike, size: tuple[int, int]) -> Tensor:
    """A picture's luminance as a mask 1×1×H×W in [0, 1] of (height, width): white and transparent are 1."""
    picture = resize_picture(over_white(as_picture(source)), size)
    return luminance(picture) if picture.shape[1] == 3 else picture
