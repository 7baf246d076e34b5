"""Thousands of pictures at one size, as 8-bit levels: made in threads, put together as a batch."""

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

# A JPEG decoded at a fraction of its size keeps at least this multiple of what is wanted, so that it is
# the antialiased resampling that decides what the picture looks like.
_SPARE = 2


def open_uint8(path: str | Path, height_width: tuple[int, int]) -> Uint8Picture:
    """The middle of the picture at `path`, scaled to cover `height_width` (bicubic, antialiased), on white.

    Threads may call it at once: for common pictures no torch runs in it, whose own threads would get in each
    other's way. Reads what `open_picture` reads, rounded to 8 bits. Raises BadPicture as that does.
    """
    height, width = height_width
    image = read_upright(path, at_least=_SPARE * max(height_width))
    plain = image if is_plain(image) else to_image(over_white(decode(image)))
    fitted = ImageOps.fit(plain, (width, height), Image.Resampling.BICUBIC)
    # Colours come last: a profile costs more than all else, pixel for pixel.
    return np.asarray(plain_srgb(fitted))


def from_uint8(levels: Sequence[Uint8Picture]) -> Tensor:
    """Pictures of one size as float32 N×3×H×W in [0, 1], channels last in memory."""
    return torch.from_numpy(np.stack(levels)).permute(0, 3, 1, 2).float().div_(255)
