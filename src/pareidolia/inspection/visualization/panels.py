"""Panels of a sheet: how many a row, and how a dead one is marked."""

import math

from torch import Tensor

Panel = tuple[Tensor, str]


def columns_for(count: int) -> int:
    """Columns of a sheet of `count` pictures: about as wide as high, at most 8."""
    return min(8, math.ceil(math.sqrt(count)))


def panel(picture: Tensor, caption: str, dead: bool) -> Panel:
    """A picture 1×3×H×W under its caption; if it is dead, the caption says so and the picture is pale."""
    return (0.75 + 0.25 * picture, f"{caption}: dead") if dead else (picture, caption)
