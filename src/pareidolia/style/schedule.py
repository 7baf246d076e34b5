"""The sizes at which a style transfer paints, coarse to fine, and the bleed around each."""

import math
from dataclasses import dataclass

from pareidolia.painting import Stage
from pareidolia.pictures import fit
from pareidolia.style.inputs import Size, coarsest
from pareidolia.style.settings import StyleSettings


@dataclass(frozen=True)
class BledStage(Stage):
    """A stage whose canvas is painted beyond the picture's border and cut off there, as printers do.

    What networks do at borders stays outside, so that no frame is seen.

    Attributes:
        margin: pixels of bleed on each side, which `size` holds too.
    """

    margin: int = 0


def schedule(full: Size, settings: StyleSettings) -> list[tuple[Size, int]]:
    """Sizes from `coarsest` up to the full one in steps of about √2, each with its number of steps."""
    smallest = max(settings.coarsest, coarsest(full))
    doublings = math.log2(settings.size / smallest)
    coarse_sizes = round(2 * doublings) if settings.coarse_to_fine and doublings > 0 else 0
    sides = [round(smallest * 2 ** (doublings * i / coarse_sizes)) for i in range(coarse_sizes)]
    return [(fit(full, side), settings.coarse_steps) for side in sides] + [(full, settings.steps)]


def margin_of(size: Size, bleed: float) -> int:
    """Pixels of bleed on each side of a picture; reflecting needs them to be fewer than its own."""
    return min(round(bleed * max(size)), min(size) - 1)
