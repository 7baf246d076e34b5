"""Thousands of pictures at one size, as bytes: decoded in threads, joined to a batch."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageOps
from torch import Tensor

from pareidolia.pictures.color import over_white
from pareidolia.pictures.decoding import decode, is_plain, plain_srgb
from pareidolia.pictures.files import to_image
from pareidolia.pictures.reading import read_upright

Uint8Picture = np.ndarray[Any, np.dtype[np.uint8]]
"""A picture as H×W×3 levels, 0 to 255, sRGB."""

# A JPEG decoded at a fraction of its size keeps at least this multiple of the size wanted, so that the
# antialiased resampling decides what the picture looks like.
_SPARE = 2


def open_uint8(path: str | Path, height_width: tuple[int, int]) -> Uint8Picture:
    """Open a picture at a size as bytes: its middle, scaled to cover the size, on white.

    Scaling is bicubic and antialiased. Threads may call it at once: for common pictures it runs no torch,
    whose own threads would get in each other's way. Reads what `open_picture` reads, rounded to 8 bits.

    Args:
        path: the file.
        height_width: height and width in pixels.

    Returns:
        H×W×3 uint8.

    Raises:
        BadPicture: If the file cannot be opened as a picture.
    """
    image = read_upright(path, at_least=_SPARE * max(height_width))
    plain = image if is_plain(image) else to_image(over_white(decode(image)))
    return fit_uint8(plain, height_width)


def fit_uint8(image: Image.Image, height_width: tuple[int, int]) -> Uint8Picture:
    """An image at a size as bytes, as `open_uint8` gives it: H×W×3 uint8."""
    fitted = ImageOps.fit(image, height_width[::-1], Image.Resampling.BICUBIC)
    # Colours come last: a profile costs more a pixel than everything else.
    return np.asarray(plain_srgb(fitted))


def from_uint8(levels: Sequence[Uint8Picture]) -> Tensor:
    """Pictures of one size as float32 N×3×H×W in [0, 1], channels last in memory."""
    return torch.from_numpy(np.stack(levels)).permute(0, 3, 1, 2).float().div_(255)
