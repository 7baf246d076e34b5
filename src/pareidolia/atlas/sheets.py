"""Images of cells packed into sheets, so that a page loads few files and only those in sight."""

import math
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image

from pareidolia.atlas.format import Icons, Sheet, Sheets
from pareidolia.atlas.stages import Array
from pareidolia.pictures import write_atomically

#: Cells of so many rows and columns share a sheet of icons: at 80 pixels its side is 2,000; phones hold it.
ICON_BLOCK = 25
#: Side of an icon in pixels where a whole map is looked at: of ten thousand, a screen has room for less.
SMALL_ICON = 20
#: Patches are looked at one cell at a time, so their files are small.
PATCH_BLOCK = 8


def block_order(rows: Array, columns: Array) -> Array:
    """The order of cells in which those of a block of icons are in a row, and in it those of patches."""
    coarse = (rows // ICON_BLOCK, columns // ICON_BLOCK)
    fine = (rows // PATCH_BLOCK, columns // PATCH_BLOCK)
    return np.lexsort((columns, rows, *reversed(fine), *reversed(coarse)))


def plan_sheets(name: str, rows: Array, columns: Array, *, each: int, size: int, block: int) -> Sheets:
    """Sheets `name`-0.webp, -1, … of `each` images a cell: one for each run of cells that share a block.

    rows, columns: places of the cells, in `block_order`.
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
    """Sheets of icons of `size` pixels, and small ones; rows, columns as for `plan_sheets`."""
    small = plan_sheets("icons-small", rows, columns, each=1, size=min(size, SMALL_ICON), block=ICON_BLOCK)
    planned = plan_sheets("icons", rows, columns, each=1, size=size, block=ICON_BLOCK)
    return Icons(size=size, sheets=planned.sheets, small=small)


def write_icons(folder: Path, planned: Icons, icons: Callable[[Array], Array]) -> None:
    """Write the sheets of icons into `folder`; `icons` gives cells' as cells×size×size×3 levels."""
    write_sheets(folder, planned, lambda cells: icons(cells)[:, None])
    write_sheets(folder, planned.small, lambda cells: _shrunk(icons(cells), planned.small.size)[:, None])


def write_sheets(
    folder: Path, planned: Sheets, images_of: Callable[[Array], Array], quality: int = 90
) -> None:
    """Write the sheets into `folder`; `images_of` gives cells' images as cells×each×size×size×3 levels."""
    folder.mkdir(parents=True, exist_ok=True)
    for sheet in planned.sheets:
        images = images_of(np.arange(sheet.first, sheet.first + sheet.count))
        encoded = BytesIO()
        packed = Image.fromarray(_packed(images.reshape(-1, *images.shape[2:]), sheet))
        packed.save(encoded, "WEBP", quality=quality, method=4)
        with write_atomically(folder / sheet.file) as file:
            file.write(encoded.getbuffer())


def _shrunk(images: Array, size: int) -> Array:
    """N×side×side×3 → N×size×size×3, by averaging: stacked into one column, each keeps to its own rows."""
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
