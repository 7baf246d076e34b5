"""A small activation atlas of the sample photos and the user's own."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from pareidolia.atlas import read_cells, read_manifest
from pareidolia.execution.command_line import command_line
from pareidolia.pictures import as_picture, over_white, save_picture
from pareidolia.pictures.samples import PHOTOS
from pareidolia.tour.guide import Exhibit, Guide

LAYER = "stage5.relu1"
_CROP, _VIEW = 112, 360


def tell(guide: Guide) -> Iterator[Exhibit]:
    """Cut photos into pieces, build the atlas of a late layer's activations for them, and draw it flat."""
    pieces, out = guide.folder / "pieces", guide.folder / "atlas"
    count = _cut(guide, pieces)
    request = guide.request(
        "atlas build",
        {"photos": str(pieces)},
        layer=(LAYER,),
        size=_CROP,
        positions=guide.pace(12, 10),
        grids=(guide.pace(10, 8),),
        layout="tsne",
        fewest=3,
        icon_size=guide.pace(80, 56),
        icon_steps=guide.pace(80, 40),
        patches=4,
    )
    for step in request.begin(out=out):
        guide.beat(step.index, step.total)
    guide.note_command(command_line(request, out.name, {str(pieces): pieces.name}))
    guide.note_command("pareidolia atlas view atlas")
    picture, points = flat(out), read_manifest(out).layers[0].points
    yield guide.keep_plain("map", picture, span=9, values={"pieces": count, "points": points})


def flat(atlas: Path) -> Tensor:
    """The finest grid of an atlas's first layer as one picture 1×4×H×W, its empty cells transparent."""
    grid = read_manifest(atlas).layers[0].grids[-1]
    cells = read_cells(atlas, grid)
    side = cells.icons.size
    levels = np.zeros((grid.side * side, grid.side * side, 4), np.uint8)
    for sheet in cells.icons.sheets:
        packed = np.asarray(Image.open(atlas / grid.folder / sheet.file).convert("RGBA"))
        for place in range(sheet.count):
            row, column = (side * each for each in divmod(place, sheet.columns))
            cell = sheet.first + place
            top, left = side * cells.rows[cell], side * cells.columns[cell]
            levels[top : top + side, left : left + side] = packed[row : row + side, column : column + side]
    return torch.from_numpy(levels).permute(2, 0, 1)[None].float().div(255)


def _cut(guide: Guide, folder: Path) -> int:
    """Save overlapping square pieces of every photo into a subfolder a photo; how many there are."""
    count = 0
    step = guide.pace(36, 60)
    for source in (guide.photo, *(f"sample:{name}" for name in PHOTOS)):
        name = "photo" if source == guide.photo else source.partition(":")[2]
        picture = over_white(as_picture(source, size=_VIEW))
        (folder / name).mkdir(parents=True, exist_ok=True)
        for top in range(0, max(1, picture.shape[-2] - _CROP + 1), step):
            for left in range(0, max(1, picture.shape[-1] - _CROP + 1), step):
                piece = picture[..., top : top + _CROP, left : left + _CROP]
                save_picture(piece, folder / name / f"{top}-{left}.jpg", overwrite=True)
                count += 1
    return count
