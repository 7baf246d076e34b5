"""The sizes at which a style transfer paints, coarse to fine, and the bleed around each."""

import math
from dataclasses import dataclass

from pareidolia.painting import Stage
from pareidolia.pictures import fit
from pareidolia.pictures.wrapping import Wrap, rounded_size, wrap_of
from pareidolia.style.inputs import Size, coarsest
from pareidolia.style.settings import StyleSettings


@dataclass(frozen=True)
class BledStage(Stage):
    """A stage whose canvas is painted beyond the picture's border and cut off there, as printers do.

    What networks do at borders stays outside, so that no frame is seen.

    Attributes:
        margin: pixels of bleed above and below, and on the left and right, which `size` holds too.
    """

    margin: tuple[int, int] = (0, 0)

    @property
    def picture_size(self) -> Size:
        """Height and width without the bleed."""
        (height, width), (down, across) = self.size, self.margin
        return height - 2 * down, width - 2 * across


def schedule(full: Size, settings: StyleSettings, size_multiple: int = 1) -> list[tuple[Size, int]]:
    """Sizes from `coarsest` up to the full one, each with its number of steps.

    Where the picture repeats, sides are multiples of `size_multiple`.
    """
    smallest = max(settings.coarsest, coarsest(full))
    sides = _coarse_sides(settings.size, smallest) if settings.coarse_to_fine else []
    wrap = wrap_of(settings.seamless)
    coarse = dict.fromkeys(rounded_size(fit(full, side), wrap, size_multiple) for side in sides)
    return [(size, settings.coarse_steps) for size in coarse if size != full] + [(full, settings.steps)]


#: From so many pixels on, sizes double: what lies between two of them costs more than it shows.
_LARGE = 1024


def _coarse_sides(last: int, smallest: int) -> list[int]:
    """Longer sides below the last, each about √2 times the one before, or twice where that makes it large."""
    if last >= max(_LARGE, 2 * smallest):
        half = round(last / 2)
        return [*_coarse_sides(half, smallest), half]
    doublings = math.log2(last / smallest)
    count = round(2 * doublings) if doublings > 0 else 0
    return [round(smallest * 2 ** (doublings * number / count)) for number in range(count)]


#: What networks do at borders reaches no further, however large a picture is.
_WIDEST_MARGIN = 128

#: Above so many pixels the activations of a whole picture take gigabytes.
_MOST_PIXELS_AT_ONCE = 3_000_000
#: With what its positions see around it a tile is about as large as the largest picture that is seen at once.
_TILE = 1024

#: Above so many the optimizer's memory counts, and smaller tiles leave more of it.
_MOST_PIXELS_IN_LARGE_TILES = 8_000_000
_SMALL_TILE = 256


def margin_of(size: Size, bleed: float, wrap: Wrap) -> tuple[int, int]:
    """Pixels of bleed above and below a picture, and beside it: none where it repeats.

    Reflecting needs them to be fewer than the picture's own.
    """
    margin = min(round(bleed * max(size)), min(size) - 1)
    return (0 if wrap[0] else margin), (0 if wrap[1] else margin)


def bleed_for(full: Size, bleed: float) -> float:
    """The bleed of a picture that ends at the size `full`, as a share of the longer side at all its sizes."""
    return min(bleed, _WIDEST_MARGIN / max(full))


def tile_for(size: Size, asked: int | None, adds: bool) -> int | None:
    """The side of the tiles in which a picture is looked at; it depends on nothing but these.

    Args:
        size: of the picture.
        asked: what `--tile` says.
        adds: whether what is aimed for adds over positions.

    Returns:
        The side in pixels, or None for the whole.
    """
    pixels = size[0] * size[1]
    if asked is not None or not adds or pixels <= _MOST_PIXELS_AT_ONCE:
        return asked
    return _TILE if pixels <= _MOST_PIXELS_IN_LARGE_TILES else _SMALL_TILE
