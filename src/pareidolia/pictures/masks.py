"""Masks: where something happens in a picture, and how much."""

import warnings

from torch import Tensor

from pareidolia.pictures.accepting import PictureLike, as_picture
from pareidolia.pictures.color import luminance, over_white
from pareidolia.pictures.resizing import resize_picture, size_of
from pareidolia.settings import BadPicture, PareidoliaWarning

_NEARLY_WHITE = 1 - 1 / 512
_NEARLY_EQUAL = 1.02
"""Proportions that differ by less come from rounding sizes."""


def as_mask(source: PictureLike, size: tuple[int, int]) -> Tensor:
    """A picture as a mask 1×1×H×W in [0, 1]: 1 where something happens, 0 where nothing may.

    Args:
        source: a picture. Where its alpha varies, the alpha is the mask, as painting programs export masks;
            else its luminance, white for 1.
        size: height and width of what it masks; it is stretched to them.

    Raises:
        BadPicture: the picture cannot be read, or is white everywhere.

    Warns:
        PareidoliaWarning: its proportions are others.
    """
    mask = as_weights(source, size, "the mask")
    if float(mask.min()) > _NEARLY_WHITE:
        raise BadPicture("the mask is white everywhere: nothing is protected; leave it out")
    return mask


def as_weights(source: PictureLike, size: tuple[int, int], what: str) -> Tensor:
    """A picture as weights 1×1×H×W in [0, 1], read as `as_mask` reads it, of any values.

    Args:
        source: a picture.
        size: height and width of what it weighs.
        what: what the picture is, for the warning.
    """
    picture = as_picture(source)
    _warn_of_other_proportions(size_of(picture), size, what)
    resized = resize_picture(_grays(picture), size)
    return luminance(resized) if resized.shape[1] == 3 else resized


def _grays(picture: Tensor) -> Tensor:
    """What of a picture is its mask: its alpha where that varies, else what is seen of it on white."""
    alpha = picture[:, 3:]
    if alpha.numel() and float(alpha.amin()) < float(alpha.amax()):
        return alpha
    return over_white(picture)


def _warn_of_other_proportions(given: tuple[int, int], size: tuple[int, int], what: str) -> None:
    ratio = (given[0] * size[1]) / (given[1] * size[0])
    if max(ratio, 1 / ratio) > _NEARLY_EQUAL:
        warnings.warn(
            f"{what} of {given[1]}x{given[0]} pixels is stretched to {size[1]}x{size[0]}, which has other "
            "proportions",
            PareidoliaWarning,
            stacklevel=3,
        )
