"""An atlas on disk: what its files hold, written and read. No torch here.

    DIR/atlas.json                 the manifest (`Manifest`): names of classes, folder labels, layers, grids
    DIR/index.html                 the viewer, which needs nothing but a server of plain files
    DIR/LAYER/SIDE/cells.json      one grid of one layer (`Cells`), a list a property, an entry a cell
    DIR/LAYER/SIDE/icons-0.webp    icons of consecutive cells, row by row; icons-small-0.webp likewise
    DIR/LAYER/SIDE/patches-0.webp  what the photos behind consecutive cells show, row by row
    DIR/LAYER/SIDE/attribution.bin classes × cells, signed bytes; times the class's scale it is h · ∇logit
    DIR/stages/                    what building it keeps: activations, layouts, icons (see `stages.py`)

A layer's map has side 1, x to the right, y down. All but `stages` is what a visitor needs.
"""

import json
import re
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from pareidolia.pictures.ownership import ATLAS_FORMAT
from pareidolia.safety import require_file
from pareidolia.settings import PareidoliaError
from pareidolia.settings.stored import validated

FORMAT: Literal["pareidolia-atlas"] = ATLAS_FORMAT
VERSION: Literal[2] = 2
MANIFEST, CELLS, TABLE = "atlas.json", "cells.json", "attribution.bin"
STAGES = "stages"
_REMEDY = "delete it and build the atlas once more"
#: What the page is made of, beside the manifest.
VIEWER = ("index.html", "LICENSES.txt")


def _below_atlas(name: str) -> str:
    """Names of folders and files in an atlas lead nowhere else, even if the atlas is a stranger's."""
    parts = name.split("/")
    odd = any(part in ("", ".", "..") or part.endswith((" ", ".")) for part in parts)
    if odd or re.search(r"[\\\0]|^[A-Za-z]:", name) or parts[0] == STAGES:
        raise ValueError("leads out of the atlas")
    return name


Below = Annotated[str, AfterValidator(_below_atlas)]
"""A path from the atlas's folder (or a grid's), with "/", that stays below it."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Sheet(_Entry):
    """An image file of `columns` × `rows` images: those of `count` cells from cell `first` on."""

    file: Below
    columns: int
    rows: int
    first: int
    count: int


class Sheets(_Entry):
    """`each` square images of `size` pixels for every cell, over as many files as it takes."""

    size: int
    each: int
    sheets: list[Sheet]


class Icons(Sheets):
    """A square image for every cell; `small` are the same sheets with fewer pixels, for the whole map."""

    each: Literal[1] = 1
    small: Sheets


class Moves(_Entry):
    """Where the points behind each cell lie on another layer's map, on average."""

    x: list[float]
    y: list[float]


class Attribution(_Entry):
    """The file that holds h · ∇logit of every class and cell, and a scale a class."""

    file: Below
    scales: list[float]


class Cells(_Entry):
    """One grid of one layer; entry i of every list is cell i.

    Attributes:
        side: the grid is side × side; cells without enough points are left out.
        columns: column of each cell, from 0 at the left.
        rows: row of each cell, from 0 at the top.
        counts: how many activations lie in the cell.
        classes: its strongest classes; empty if the network has none.
        attributions: the mean of h · ∇logit for each of these.
        labels: (label, how many of its activations), most first.
        moves: by the name of each other layer.
        icons: the sheets of icons.
        patches: the sheets of patches.
        photos: names of the files that the patches are from.
        attribution: the whole table; None if the network has no classes.
    """

    side: int
    columns: list[int]
    rows: list[int]
    counts: list[int]
    classes: list[list[int]]
    attributions: list[list[float]]
    labels: list[list[tuple[int, int]]]
    moves: dict[str, Moves]
    icons: Icons
    patches: Sheets
    photos: list[list[str]]
    attribution: Attribution | None


class GridEntry(_Entry):
    """A grid in the manifest: its side, how many cells it has, its folder below the atlas."""

    side: int
    cells: int
    folder: Below


class LayerEntry(_Entry):
    """A layer in the manifest, with its grids from coarse to fine."""

    name: str
    points: int
    channels: int
    grids: list[GridEntry]


class Manifest(_Entry):
    """What an atlas shows.

    Attributes:
        format: always "pareidolia-atlas".
        version: of the format.
        made_by: version of the program that wrote it.
        title: shown above the map.
        network: its name.
        photos: the number of photos.
        classes: the network's class names in the order of its outputs; empty if it has none.
        labels: the folders that hold the photos; empty if there is only one.
        layers: from early to late.
    """

    format: Literal["pareidolia-atlas"] = FORMAT
    version: Literal[2] = VERSION
    made_by: str
    title: str
    network: str
    photos: int
    classes: list[str]
    labels: list[str]
    layers: list[LayerEntry]


def read_manifest(folder: Path) -> Manifest:
    """Read the manifest of an atlas.

    Args:
        folder: the atlas's folder.

    Returns:
        The manifest.

    Raises:
        PareidoliaError: If there is no manifest, it is broken, or another version wrote it.
    """
    path = folder / MANIFEST
    held = _read(path, f"{folder} holds no atlas: there is no {MANIFEST} in it")
    if not isinstance(held, dict) or held.get("format") != FORMAT:
        raise PareidoliaError(f"{path} is not a manifest of an atlas")
    if held.get("version") != VERSION:
        raise PareidoliaError(
            f"{folder} is an atlas of format {held.get('version')}, this version reads and writes format "
            f"{VERSION}: build it anew in another folder"
        )
    return validated(Manifest, held, path, _REMEDY)


def read_cells(folder: Path, grid: GridEntry) -> Cells:
    """Read the cells of one of an atlas's grids.

    Args:
        folder: the atlas's folder.
        grid: the grid, from the manifest.

    Returns:
        The cells.

    Raises:
        PareidoliaError: If their file is missing or broken.
    """
    path = grid_folder(folder, grid) / CELLS
    return validated(Cells, _read(path, f"{folder} is not whole: {path} is missing"), path, _REMEDY)


def grid_folder(folder: Path, grid: GridEntry) -> Path:
    """Where a grid of the atlas in `folder` lies; PareidoliaError where links lead out of the atlas."""
    path = folder / grid.folder
    if not path.resolve().is_relative_to(folder.resolve()):
        raise PareidoliaError(f"{path} leads out of the atlas: build it once more in another folder")
    return path


def _read(path: Path, missing: str) -> Any:
    try:
        if path.exists():
            require_file(path)
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise PareidoliaError(missing) from error
    except (ValueError, RecursionError) as error:
        raise PareidoliaError(f"{path} is broken ({error}): {_REMEDY}") from error
