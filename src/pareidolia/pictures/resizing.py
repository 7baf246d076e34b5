"""Sizes of pictures: antialiased, in floating point, differentiable."""

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.settings import BadPicture


def fit(height_width: tuple[int, int], longer_side: int) -> tuple[int, int]:
    """Scale a size so that its longer side has a given length; both sides are at least 1.

    Args:
        height_width: height and width in pixels.
        longer_side: in pixels.

    Returns:
        Height and width of the same proportions.

    Raises:
        BadPicture: If `longer_side` or a given side is below 1.
    """
    height, width = height_width
    if min(height, width, longer_side) < 1:
        raise BadPicture(f"cannot fit {height}×{width} pixels to {longer_side}: sizes start at 1")
    longest = max(height, width)

    def scaled(side: int) -> int:
        return max(1, (2 * side * longer_side + longest) // (2 * longest))

    return scaled(height), scaled(width)


def size_of(picture: Tensor) -> tuple[int, int]:
    """Height and width of a picture or any maps N×C×H×W, in pixels."""
    return picture.shape[-2], picture.shape[-1]


def check_shorter_side(what: str, height_width: tuple[int, int], least: int, doing: str) -> None:
    """Refuse a picture that is too narrow.

    Args:
        what: the picture, for the message, as in "the photo".
        height_width: its height and width in pixels.
        least: the fewest pixels a side may have.
        doing: for the message, as in "a dream".

    Raises:
        BadPicture: If a side is below `least` pixels.
    """
    height, width = height_width
    if min(height, width) < least:
        raise BadPicture(
            f"{what} would be {width}x{height} pixels: {doing} needs at least {least} on the shorter side; "
            "give a larger --size or a picture that is less narrow"
        )


def resize(picture: Tensor, height_width: tuple[int, int]) -> Tensor:
    """Resample a picture or any maps: bicubic, antialiased when it shrinks.

    Linear in the picture and differentiable; constant pictures stay constant, and at the same size the
    picture itself is returned. Beside sharp edges bicubic resampling overshoots: for pictures that must stay
    in [0, 1] there is `resize_picture`.

    Args:
        picture: N×C×H×W.
        height_width: the new height and width in pixels.

    Returns:
        N×C×h×w.
    """
    if tuple(picture.shape[-2:]) == tuple(height_width):
        return picture
    height, width = height_width
    if width == 1:
        # In one go torch (seen with 2.15 on CPU) resamples rows wrongly where the result is one pixel wide.
        column = _bicubic(picture, picture.shape[-2], 1)
        return _bicubic(column.transpose(-2, -1), 1, height).transpose(-2, -1)
    return _bicubic(picture, height, width)


def _bicubic(picture: Tensor, height: int, width: int) -> Tensor:
    return F.interpolate(picture, size=(height, width), mode="bicubic", align_corners=False, antialias=True)


def resize_picture(picture: Tensor, height_width: tuple[int, int]) -> Tensor:
    """Resize a picture N×1, N×3 or N×4×H×W in [0, 1] so that it stays one: clamped, alpha respected.

    With alpha (four channels), colours count as much as they are visible (premultiplied), so that colours
    of transparent pixels do not bleed into the visible ones; where the result is invisible the hidden
    colour stays.
    """
    if tuple(picture.shape[-2:]) == tuple(height_width):
        return picture
    if picture.shape[1] != 4:
        resized = resize(picture, height_width)
        # A large picture leaves no memory for another.
        return resized.clamp(0, 1) if resized.requires_grad else resized.clamp_(0, 1)
    color, alpha = picture[:, :3], picture[:, 3:]
    hidden = resize(color, height_width)
    seen = resize(color * alpha, height_width)
    opacity = resize(alpha, height_width).clamp(0, 1)
    visible = opacity >= 0.5 / 255
    unmultiplied = torch.where(visible, seen / torch.where(visible, opacity, 1.0), hidden)
    return torch.cat([unmultiplied, opacity], dim=1).clamp(0, 1)
