"""One unit as a picture: its painted feature, its patches, and the signals from them, side by side."""

import math
from collections.abc import Sequence

import torch
from torch import Tensor

from pareidolia.inspection.patches.crops import to_tile
from pareidolia.pictures import resize_picture
from pareidolia.pictures.sheets import PAPER

_GAP = 2


def block(
    painted: Tensor | None, signals: Sequence[Tensor], patches: Sequence[Tensor], *, tile: int, top: int
) -> Tensor:
    """Draw one unit.

    As in Zeiler and Fergus's figure 2, signals stand left of the patches they come from, in the same order,
    each in a grid with room for `top` tiles; places without a patch stay empty.

    Args:
        painted: the painted feature, 1×3×S×S; None leaves it out.
        signals: 1×3×h×w each.
        patches: 1×3×h×w each.
        tile: side of a tile in pixels.
        top: number of tiles in a grid.

    Returns:
        1×3×H×W in [0, 1].
    """
    columns = math.ceil(math.sqrt(top))
    rows = math.ceil(top / columns)
    grids = [
        _grid([to_tile(each, tile) for each in tiles], rows, columns, tile) for tiles in (signals, patches)
    ]
    side = grids[0].shape[-2]
    shown = [] if painted is None else [resize_picture(painted, (side, side))]
    between = torch.full((1, 3, side, 4 * _GAP), PAPER)
    joined = [part for each in (*shown, *grids) for part in (each, between)]
    return torch.cat(joined[:-1], dim=3)


def _grid(tiles: Sequence[Tensor], rows: int, columns: int, tile: int) -> Tensor:
    """Tiles 1×3×`tile`×`tile` row by row on paper."""
    step = tile + _GAP
    paper = torch.full((1, 3, rows * step - _GAP, columns * step - _GAP), PAPER)
    for number, each in enumerate(tiles):
        top, left = (step * place for place in divmod(number, columns))
        paper[..., top : top + tile, left : left + tile] = each
    return paper
