"""Strokes of any size from a network whose strokes are so many pixels: it paints at another size."""

from collections.abc import Callable

from torch import Tensor

from pareidolia.pictures import fit, resize_picture, size_of
from pareidolia.style.inputs import coarsest

_MOST_AT_ONCE = 2


def in_strokes(paint: Callable[[Tensor], Tensor], photo: Tensor, stroke_size: float) -> Tensor:
    """Paint a photo in strokes of a size.

    Smaller strokes: it is painted larger, and made smaller. Larger ones: a small copy is painted, and what
    comes of it is enlarged, by at most 2 at once, and painted again. So the finest strokes are as ever, and
    the large ones lie beneath them.

    Args:
        paint: a photo 1×3×h×w in [0, 1] to a painting of its size, in one pass.
        photo: 1×3×H×W in [0, 1].
        stroke_size: 1 paints once, at the photo's own size; 2 begins at half of it.

    Returns:
        1×3×H×W in [0, 1].
    """
    size = size_of(photo)
    for side in _sides(max(size), stroke_size, coarsest(size)):
        photo = paint(photo if side == max(size_of(photo)) else resize_picture(photo, fit(size, side)))
    return photo if size_of(photo) == size else resize_picture(photo, size)


def _sides(side: int, stroke_size: float, least: int) -> list[int]:
    """The longer sides at which is painted, in order; the first decides how large strokes are."""
    first = max(round(side / stroke_size), min(least, side))
    sides = [first]
    while sides[-1] * _MOST_AT_ONCE < side:
        sides.append(sides[-1] * _MOST_AT_ONCE)
    return sides if first >= side else [*sides, side]
