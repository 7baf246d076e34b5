"""Whatever a person has for a picture, as a tensor; what cannot be one is refused in one line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from pareidolia.pictures.files import open_picture
from pareidolia.pictures.resizing import fit, resize_picture
from pareidolia.settings import BadPicture

PictureLike = Tensor | np.ndarray[Any, Any] | Image.Image | str | Path
"""A picture: a tensor C×H×W or 1×C×H×W, an array H×W×C or H×W, a Pillow image, a path, or `sample:NAME`."""

PicturesLike = PictureLike | Sequence[PictureLike]
"""One picture or several: also a tensor N×C×H×W, an array N×H×W×C, or a list of pictures of one size."""

_COLORS = (1, 3, 4)
_ROUNDING = 1e-3  # what arithmetic in half precision leaves
_OVERSHOOT = 0.25
_SURELY_BYTES = 4.0  # normalized pictures end at about 2.7


def as_pictures(given: PicturesLike, name: str = "pictures") -> Tensor:
    """Read pictures in any of the forms that people have.

    Args:
        given: a path or `sample:NAME`; a tensor C×H×W or N×C×H×W of floating-point numbers in [0, 1] or of
            uint8; an array H×W×C, H×W or N×H×W×C of the same; a Pillow image of any mode; or a sequence of
            such pictures, all of one size. Alpha stays as a fourth channel.
        name: of the argument, in errors.

    Returns:
        N×C×H×W in [0, 1], float32 (floating-point tensors keep their type and device).

    Raises:
        BadPicture: If it is none of these, holds NaN, or leaves [0, 1].
        UnknownName: As `open_picture` raises it.
        MissingExtra: As `open_picture` raises it.
    """
    if isinstance(given, (list, tuple)):
        return _stacked([as_pictures(each, f"{name}[{place}]") for place, each in enumerate(given)], name)
    if isinstance(given, (str, Path, Image.Image)):
        return open_picture(given, alpha="keep")
    if isinstance(given, np.ndarray):
        return _in_range(_channels_first(given, name), name)
    if isinstance(given, Tensor):
        return _in_range(_batch(given, name), name)
    raise BadPicture(
        f"{name}={type(given).__name__} is not a picture: give a path, sample:NAME, a tensor, an array, "
        "a Pillow image, or a list of these"
    )


def as_picture(source: PictureLike, *, size: int | None = None, name: str = "picture") -> Tensor:
    """Read one picture in any of the forms that people have; see `as_pictures`.

    Args:
        source: as for `as_pictures`, but one.
        size: the longer side in pixels to resize to; None keeps it.
        name: of the argument, in errors.

    Returns:
        1×C×H×W in [0, 1].

    Raises:
        BadPicture: As `as_pictures` raises it; or several pictures are given.
    """
    picture = as_pictures(source, name)
    if len(picture) != 1:
        raise BadPicture(f"{name} must be one picture, not {len(picture)}: give one, as {name}[0]")
    if size is None:
        return picture
    height, width = picture.shape[-2:]
    return resize_picture(picture, fit((height, width), size))


def check_range(pictures: Tensor, what: str, *, slack: float = _ROUNDING) -> None:
    """Check that pictures of floating-point numbers hold no NaN and stay in [0, 1].

    Args:
        pictures: of any shape.
        what: they are, in errors.
        slack: how far they may leave [0, 1].

    Raises:
        BadPicture: If they do not; says what to pass instead.
    """
    if not pictures.numel():
        return
    lowest, highest = (float(each) for each in torch.aminmax(pictures.detach()))
    if lowest >= -slack and highest <= 1 + slack:  # Written so that NaN is refused too.
        return
    if bool(pictures.isnan().any()):
        raise BadPicture(f"{what} hold NaN (values that are not numbers)")
    if lowest >= 0 and highest > _SURELY_BYTES:
        advice = "0-255? divide by 255 or pass uint8"
    elif max(-lowest, highest - 1) <= _OVERSHOOT:
        advice = "a resize's overshoot? clamp(0, 1) it"
    else:
        advice = "normalized already? pass raw pixels in [0, 1]"
    raise BadPicture(f"{what} must be in [0, 1], not {lowest:.3g} to {highest:.3g} ({advice})")


def _in_range(pictures: Tensor, name: str) -> Tensor:
    check_range(pictures, name)
    return pictures


def _batch(given: Tensor, name: str) -> Tensor:
    shape = _times(given.shape)
    if given.ndim not in (3, 4) or 0 in given.shape:
        raise BadPicture(f"{name} must be a tensor C×H×W or N×C×H×W, not {shape or 'one number'}")
    if given.shape[-3] not in _COLORS and given.shape[-1] in _COLORS:
        order = "2, 0, 1" if given.ndim == 3 else "0, 3, 1, 2"
        raise BadPicture(
            f"{name} is a tensor {shape} with its channels last: give it as {name}.permute({order})"
        )
    pictures = given if given.ndim == 4 else given[None]
    if pictures.dtype == torch.uint8:
        return pictures.float().div_(255)
    if not pictures.is_floating_point():
        kind = str(pictures.dtype).removeprefix("torch.")
        raise BadPicture(f"{name} must be floating-point numbers in [0, 1] or uint8, not {kind}")
    return pictures


def _channels_first(given: np.ndarray[Any, Any], name: str) -> Tensor:
    """An array H×W, H×W×C or N×H×W×C as a tensor N×C×H×W."""
    shape = _times(given.shape)
    array = given[..., None] if given.ndim == 2 else given
    if array.ndim not in (3, 4) or 0 in array.shape:
        raise BadPicture(f"{name} must be an array H×W, H×W×C or N×H×W×C, not {shape or 'one number'}")
    if array.shape[-1] not in _COLORS:
        first = array.shape[-3] in _COLORS
        order = "1, 2, 0" if array.ndim == 3 else "0, 2, 3, 1"
        advice = (
            f"with its channels first: give it as {name}.transpose({order})"
            if first
            else "whose last axis must be its 1, 3 or 4 channels"
        )
        raise BadPicture(f"{name} is an array {shape} {advice}")
    if array.dtype == np.uint8:
        values = torch.from_numpy(np.ascontiguousarray(array)).float().div_(255)
    elif np.issubdtype(array.dtype, np.floating):
        values = torch.from_numpy(np.ascontiguousarray(array, dtype=np.float32))
    else:
        raise BadPicture(f"{name} must be floating-point numbers in [0, 1] or uint8, not {array.dtype}")
    return (values if values.ndim == 4 else values[None]).permute(0, 3, 1, 2).contiguous()


def _stacked(pictures: list[Tensor], name: str) -> Tensor:
    if not pictures:
        raise BadPicture(f"{name} holds no pictures")
    first = pictures[0]
    for place, each in enumerate(pictures):
        if each.shape[1:] != first.shape[1:]:
            raise BadPicture(
                f"{name}[{place}] is {_times(each.shape[1:])}, {name}[0] is {_times(first.shape[1:])}: "
                "give pictures of one size and one number of channels, or one at a time"
            )
    return torch.cat([each.to(first) for each in pictures])


def _times(shape: Sequence[int]) -> str:
    return "×".join(map(str, shape))
