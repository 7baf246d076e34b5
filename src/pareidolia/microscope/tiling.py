"""Sheets of a unit's tiles: how they are laid out, and how one is cut out again."""

import numpy as np

from pareidolia.collecting.specs import Array

_PARTS = 32
"""Of a tile's side, one part is the gap between two."""
_GRAY = 128


def in_rows(tiles: Array, columns: int) -> Array:
    """Lay tiles out row by row; gaps and empty places are grey.

    Args:
        tiles: N×S×S×3 uint8.
        columns: tiles a row.

    Returns:
        H×W×3 uint8.
    """
    side, rows = tiles.shape[1], -(-len(tiles) // columns)
    height, width = (_length(count, side) for count in (rows, columns))
    sheet = np.full((height, width, 3), _GRAY, np.uint8)
    for number, each in enumerate(tiles):
        top, left = _corner(number, columns, side)
        sheet[top : top + side, left : left + side] = each
    return sheet


def cut_out(sheet: Array, number: int, columns: int) -> Array:
    """The tile of that number out of a sheet with so many columns, S×S×3."""
    parts = columns * _PARTS + columns - 1
    side = round(sheet.shape[1] * _PARTS / parts)
    top, left = _corner(number, columns, side)
    return sheet[top : top + side, left : left + side]


def square_columns(count: int) -> int:
    """How many of `count` tiles stand in a row of a sheet that is nearly square."""
    return max(1, int(np.ceil(count**0.5)))


def proportions(columns: int, rows: int) -> tuple[int, int]:
    """Width and height of a sheet, as a page gives them before the picture is loaded."""
    return _length(columns, 2 * _PARTS), _length(rows, 2 * _PARTS)


def _corner(number: int, columns: int, side: int) -> tuple[int, int]:
    row, column = divmod(number, columns)
    step = side + _gap(side)
    return row * step, column * step


def _length(count: int, side: int) -> int:
    return count * side + (count - 1) * _gap(side)


def _gap(side: int) -> int:
    return max(1, round(side / _PARTS))
