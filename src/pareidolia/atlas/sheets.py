"""Images of cells packed into sheets, so that a page loads few files and only those in sight."""

import math
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from pareidolia.atlas.format import Icons, Sheet, Sheets
from pareidolia.collecting.specs import Array
from pareidolia.pictures import write_atomically

#: Rows and columns of cells that share a sheet of icons: 2,000 pixels at 80 an icon, which phones hold.
ICON_BLOCK = 25
#: Side in pixels of a small icon, for the whole map: a screen does not hold ten thousand large ones.
SMALL_ICON = 20
#: Patches are looked at one cell at a time, so their files are small.
PATCH_BLOCK = 8


def block_order(rows: Array, columns: Array) -> Array:
    """Sort cells by blocks.

    Cells that share a block of icons come one after the other, and within it those that share a block of
    patches, so that each sheet of either kind holds a run of consecutive cells.

    Args:
        rows: row of each cell, from 0.
        columns: column of each cell.

    Returns:
        Indices that sort the cells.
    """
    coarse = (rows // ICON_BLOCK, columns // ICON_BLOCK)
    fine = (rows // PATCH_BLOCK, columns // PATCH_BLOCK)
    return np.lexsort((columns, rows, *reversed(fine), *reversed(coarse)))


def plan_sheets(name: str, rows: Array, columns: Array, *, each: int, size: int, block: int) -> Sheets:
    """Plan the sheets `name`-0.webp, -1, …: one for each run of cells that share a block.

    Args:
        name: of the files.
        rows: row of each cell, in `block_order`.
        columns: column of each cell.
        each: number of images a cell.
        size: side of an image in pixels.
        block: rows and columns of cells in a block.

    Returns:
        The sheets, not written yet.
    """
    blocks = np.stack([rows // block, columns // block])
    changes = np.flatnonzero((blocks[:, 1:] != blocks[:, :-1]).any(axis=0)) + 1
    sheets = []
    for number, part in enumerate(np.split(np.arange(len(rows)), changes)):
        across = each * math.ceil(math.sqrt(len(part) / each))
        down = math.ceil(len(part) * each / across)
        place = {"first": int(part[0]), "count": len(part)}
        sheets.append(Sheet(file=f"{name}-{number}.webp", columns=across, rows=down, **place))
    return Sheets(size=size, each=each, sheets=sheets)


def plan_icons(rows: Array, columns: Array, size: int) -> Icons:
    """Plan the sheets of icons, and of small ones.

    Args:
        rows: row of each cell, in `block_order`.
        columns: column of each cell.
        size: side of an icon in pixels.

    Returns:
        The sheets, not written yet.
    """
    small = plan_sheets("icons-small", rows, columns, each=1, size=min(size, SMALL_ICON), block=ICON_BLOCK)
    planned = plan_sheets("icons", rows, columns, each=1, size=size, block=ICON_BLOCK)
    return Icons(size=size, sheets=planned.sheets, small=small)


def write_icons(folder: Path, planned: Icons, icons: Callable[[Array], Array]) -> None:
    """Write the sheets of icons.

    Args:
        folder: where to.
        planned: the sheets.
        icons: returns the icons of some cells, cells×size×size×3 uint8.
    """
    write_sheets(folder, planned, lambda cells: icons(cells)[:, None])
    write_sheets(folder, planned.small, lambda cells: _shrunk(icons(cells), planned.small.size)[:, None])


def write_sheets(
    folder: Path, planned: Sheets, images_of: Callable[[Array], Array], quality: int = 90
) -> None:
    """Write sheets of images.

    Args:
        folder: where to.
        planned: the sheets.
        images_of: returns the images of some cells, cells×each×size×size×3 uint8.
        quality: of WebP, 0 to 100.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in planned.sheets:
        images = images_of(np.arange(sheet.first, sheet.first + sheet.count))
        encoded = BytesIO()
        packed = Image.fromarray(_packed(images.reshape(-1, *images.shape[2:]), sheet))
        packed.save(encoded, "WEBP", quality=quality, method=4)
        with write_atomically(folder / sheet.file) as file:
            file.write(encoded.getbuffer())


def _shrunk(images: Array, size: int) -> Array:
    """N×side×side×3 → N×size×size×3, by averaging: stacked into one column, no image mixes with another."""
    count, side = images.shape[:2]
    column = Image.fromarray(images.reshape(count * side, side, 3))
    shrunk = column.resize((size, count * size), Image.Resampling.BOX)
    return np.asarray(shrunk).reshape(count, size, size, 3)


def _packed(images: Array, sheet: Sheet) -> Array:
    count, size = images.shape[:2]
    padded = np.zeros((sheet.rows * sheet.columns, size, size, 3), np.uint8)
    padded[:count] = images
    packed = padded.reshape(sheet.rows, sheet.columns, size, size, 3).swapaxes(1, 2)
    return packed.reshape(sheet.rows * size, sheet.columns * size, 3)
