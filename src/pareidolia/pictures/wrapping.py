"""Pictures that repeat: what leaves on one side comes in on the other, across, down, or both."""

import math
from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

from pareidolia.pictures.resizing import resize, size_of

Wrap = tuple[bool, bool]
"""Whether a picture repeats down and across."""

NOWHERE: Wrap = (False, False)

Seamless = Literal["x", "y", "both"] | None


def wrap_of(seamless: Seamless) -> Wrap:
    """Down and across: what `--seamless` means."""
    return seamless in ("y", "both"), seamless in ("x", "both")


def rounded_size(size: tuple[int, int], wrap: Wrap, size_multiple: int) -> tuple[int, int]:
    """A size whose sides, where the picture repeats, are multiples of the stride of what looks at it."""
    height, width = (
        max(1, round(side / size_multiple)) * size_multiple if wraps else side
        for side, wraps in zip(size, wrap, strict=True)
    )
    return height, width


def wrapped_crop(picture: Tensor, rows: slice, columns: slice) -> Tensor:
    """A crop that may reach beyond a repeating picture.

    Args:
        picture: N×C×H×W.
        rows: with a start and a stop; where they leave the picture, it repeats.
        columns: likewise.

    Returns:
        N×C×h×w; a view where the crop stays inside.
    """
    for dim, part in ((-2, rows), (-1, columns)):
        picture = _taken(picture, dim, part)
    return picture


def add_wrapped(whole: Tensor, rows: slice, columns: slice, part: Tensor) -> None:
    """Add a crop of `wrapped_crop` to where it came from, in place: the way back of its gradient."""
    height, width = size_of(whole)
    if rows.start >= 0 and rows.stop <= height and columns.start >= 0 and columns.stop <= width:
        whole[..., rows, columns] += part
        return
    across = part.new_zeros((*part.shape[:-1], width))
    across.index_add_(-1, _indices(columns, width, part.device), part)
    whole.index_add_(-2, _indices(rows, height, part.device), across)


def resize_wrapped(
    picture: Tensor,
    size: tuple[int, int],
    wrap: Wrap,
    resized: Callable[[Tensor, tuple[int, int]], Tensor] = resize,
) -> Tensor:
    """Resize a picture that repeats: its border is interpolated with what comes in from the other side.

    Args:
        picture: N×C×H×W.
        size: the new height and width.
        wrap: where it repeats.
        resized: how pictures are resized; `resize` or `resize_picture`.

    Returns:
        N×C×h×w.
    """
    before = size_of(picture)
    if before == size or not any(wrap):
        return resized(picture, size)
    pads = [_pads(old, new) if wraps else (0, 0) for old, new, wraps in zip(before, size, wrap, strict=True)]
    spans = [slice(-source, old + source) for (source, _), old in zip(pads, before, strict=True)]
    wide = resized(wrapped_crop(picture, *spans), (size[0] + 2 * pads[0][1], size[1] + 2 * pads[1][1]))
    (_, top), (_, left) = pads
    return wide[..., top : top + size[0], left : left + size[1]].contiguous()


def _pads(old: int, new: int) -> tuple[int, int]:
    """Pixels to repeat before resizing, as far as bicubic kernels reach, and how many they become."""
    unit = old // math.gcd(old, new)
    reach = 2 * max(1, math.ceil(old / new)) + 2
    source = math.ceil(reach / unit) * unit
    return source, source * new // old


def _taken(picture: Tensor, dim: int, part: slice) -> Tensor:
    length = picture.shape[dim]
    if part.start >= 0 and part.stop <= length:
        return picture.narrow(dim, part.start, part.stop - part.start)
    return picture.index_select(dim, _indices(part, length, picture.device))


def _indices(part: slice, length: int, device: torch.device) -> Tensor:
    return torch.arange(part.start, part.stop, device=device) % length
