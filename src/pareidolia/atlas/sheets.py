"""Images of cells packed into sheets, so that a page loads few files and only those in sight."""

import math
from io import BytesIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from pareidolia.atlas.format import Sheet, Sheets
from pareidolia.pictures import write_atomically

#: Cells of so many rows and columns share a sheet of icons: at 80 pixels its side is 2,000, which phones hold.
ICON_BLOCK = 25
#: Patches are looked at one cell at a time, so their files are small.
PATCH_BLOCK = 8


def block_order(rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[np.int64]:
    """The order of cells in which those of a block of icons follow one another, and in it those of patches."""
    return np.lexsort(
        (columns, rows, columns // PATCH_BLOCK, rows // PATCH_BLOCK, columns // ICON_BLOCK, rows // ICON_BLOCK)
    )


def write_sheets(
    folder: Path,
    name: str,
    images: NDArray[np.uint8],
    rows: NDArray[np.int64],
    columns: NDArray[np.int64],
    block: int,
    quality: int = 90,
) -> Sheets:
    """Write `folder`/`name`-0.webp, -1, …: one for each run of cells that share a block of the grid.

    images: cells × each × size × size × 3, the cells in `block_order`; rows, columns: their places.
    """
    each, size = images.shape[1:3]
    blocks = np.stack([rows // block, columns // block])
    changes = np.flatnonzero((blocks[:, 1:] != blocks[:, :-1]).any(axis=0)) + 1
    sheets = []
    for number, part in enumerate(np.split(np.arange(len(images)), changes)):
        flat = images[part].reshape(-1, size, size, 3)
        across = each * math.ceil(math.sqrt(len(part) / each))
        file = f"{name}-{number}.webp"
        _write(folder / file, _packed(flat, across), quality)
        down = math.ceil(len(flat) / across)
        sheets.append(Sheet(file=file, columns=across, rows=down, first=int(part[0]), count=len(part)))
    return Sheets(size=size, each=each, sheets=sheets)


def _packed(images: NDArray[np.uint8], columns: int) -> NDArray[np.uint8]:
    count, size = images.shape[:2]
    rows = math.ceil(count / columns)
    padded = np.zeros((rows * columns, size, size, 3), np.uint8)
    padded[:count] = images
    packed = padded.reshape(rows, columns, size, size, 3).swapaxes(1, 2)
    return packed.reshape(rows * size, columns * size, 3)


def _write(path: Path, picture: NDArray[np.uint8], quality: int) -> None:
    encoded = BytesIO()
    Image.fromarray(picture).save(encoded, "WEBP", quality=quality, method=4)
    with write_atomically(path) as file:
        file.write(encoded.getbuffer())
