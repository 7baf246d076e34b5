"""Writing what a visitor of an atlas needs: cells, sheets of images, the manifest, the viewer."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import numpy as np

from pareidolia.atlas.collected import CollectedActivations
from pareidolia.atlas.format import (
    CELLS,
    MANIFEST,
    TABLE,
    VIEWER,
    Attribution,
    Cells,
    Manifest,
    Moves,
    Sheets,
)
from pareidolia.atlas.grid import Grid
from pareidolia.atlas.patches import by_photo, cut, patch_windows
from pareidolia.atlas.sheets import PATCH_BLOCK, plan_icons, plan_sheets, write_icons, write_sheets
from pareidolia.atlas.stages import StageCache, key_of
from pareidolia.collecting.specs import Array
from pareidolia.networks import Layer
from pareidolia.pictures import open_uint8, write_atomically
from pareidolia.pictures.targets import make_folder

#: Number of classes listed for a cell.
TOP = 5
#: The kinds of sheets of a grid.
ICONS, PATCHES = "icons", "patches"
_SHEETS = "sheets"


@dataclass(frozen=True)
class CellPatches:
    """The real photos behind the cells of a grid.

    points: for each cell, numbers of some of its activations. windows: what each of all activations saw, as
    `patch_windows` gives it.
    """

    collected: CollectedActivations
    points: Sequence[Array]
    windows: Array
    size: int
    each: int

    def key(self, planned: Sheets) -> str:
        """The key of sheets of these patches: the same key, the same sheets."""
        digest = hashlib.sha256(np.concatenate([self.windows[points] for points in self.points]).tobytes())
        return key_of("patch sheets", planned.model_dump(), self.photos, digest.hexdigest())

    @property
    def photos(self) -> list[list[str]]:
        """The names of the photos, a list a cell."""
        names = self.collected.collection.files.names
        return [[names[self.collected.pictures[point]] for point in points] for points in self.points]

    def images(self, cells: Array) -> Array:
        """The patches of some cells, cells×each×size×size×3; black where a cell has fewer."""
        found = np.zeros((len(cells), self.each, self.size, self.size, 3), np.uint8)
        place = [(row, k) for row, cell in enumerate(cells) for k in range(len(self.points[cell]))]
        points = np.concatenate([self.points[cell] for cell in cells])
        collection = self.collected.collection
        for photo, chosen in by_photo(points, self.collected.pictures).items():
            levels = open_uint8(collection.files.path(photo), collection.height_width)
            for which, patch in zip(
                chosen, cut(levels, self.windows[points[chosen]], self.size), strict=True
            ):
                found[place[which]] = patch
        return found


def cell_patches(
    collected: CollectedActivations, layer: Layer, chosen: Sequence[Array], *, size: int, each: int
) -> CellPatches:
    """The first `each` of the `chosen` activations of each cell, as patches of `size` pixels."""
    windows = patch_windows(layer, collected.positions(layer.name), collected.collection.height_width)
    return CellPatches(collected, [points[:each] for points in chosen], windows, size, each)


@dataclass(frozen=True)
class GridContents:
    """What is written of one grid: nothing is drawn before it is asked for.

    Attributes:
        icons: cells×size×size×3, 8 bits a channel.
        patches: the photos behind the cells.
        cells: what `cells.json` says.
        table: the class attributions as signed bytes, class by class; None without classes.
    """

    icons: Array
    patches: CellPatches
    cells: Cells
    table: bytes | None

    def is_in(self, folder: Path, stages: StageCache) -> bool:
        """Whether `folder` holds all of it already."""
        return (
            all(sheets.are_in(folder, stages) for sheets in self._sheets())
            and _text(folder / CELLS) == self.cells.model_dump_json()
            and (self.table is None or _bytes(folder / TABLE) == self.table)
        )

    def write(self, folder: Path, stages: StageCache, former: Path) -> None:
        """Write it into `folder`; sheets that would be the same and are there or in `former` are kept."""
        missing = [sheets for sheets in self._sheets() if not sheets.are_in(folder, stages)]
        for sheets in missing:
            sheets.begin(folder, stages)
        make_folder(folder)
        _write_text(folder / CELLS, self.cells.model_dump_json())  # first, as the mark of a grid of ours
        for sheets in missing:
            if former != folder and sheets.are_in(former, stages):
                sheets.copy(former, folder)
            else:
                sheets.draw(folder)
            sheets.remember(folder, stages)
        if self.table is not None:
            with write_atomically(folder / TABLE) as file:
                file.write(self.table)

    def _sheets(self) -> tuple["_SheetFiles", "_SheetFiles"]:
        squares, pieces = self.cells.icons, self.cells.patches
        digest = hashlib.sha256(self.icons.tobytes()).hexdigest()
        return (
            _SheetFiles(
                ICONS,
                key_of("icon sheets", squares.model_dump(), digest),
                tuple(sheet.file for sheet in (*squares.sheets, *squares.small.sheets)),
                lambda folder: write_icons(folder, squares, lambda cells: self.icons[cells]),
            ),
            _SheetFiles(
                PATCHES,
                self.patches.key(pieces),
                tuple(sheet.file for sheet in pieces.sheets),
                lambda folder: write_sheets(folder, pieces, self.patches.images),
            ),
        )


@dataclass(frozen=True)
class _SheetFiles:
    """The files of one kind of sheets, and the key of what they show, which is kept by folder."""

    kind: str
    key: str
    files: tuple[str, ...]
    draw: Callable[[Path], None]

    def are_in(self, folder: Path, stages: StageCache) -> bool:
        return stages.has(_sheets_stage(folder, self.kind), self.key) and all(
            (folder / name).exists() for name in self.files
        )

    def begin(self, folder: Path, stages: StageCache) -> None:
        """Note that they are being written into the folder: `grids_written` finds it after a stop."""
        stages.keep(_sheets_stage(folder, self.kind), "", {})

    def remember(self, folder: Path, stages: StageCache) -> None:
        stages.keep(_sheets_stage(folder, self.kind), self.key, {})

    def copy(self, former: Path, folder: Path) -> None:
        for name in self.files:
            with write_atomically(folder / name) as file:
                file.write((former / name).read_bytes())


def grid_contents(
    grid: Grid,
    icons: Array,
    patches: CellPatches,
    table: Array | None,
    *,
    labels: int,
    moves: Mapping[str, Array],
) -> GridContents:
    """What is to be written of one grid.

    Args:
        grid: the cells.
        icons: cells×size×size×3, 8 bits a channel.
        patches: the photos behind the cells.
        table: class attributions, cells×K; None without classes.
        labels: how many there are.
        moves: by layer, the mean place on its map of each cell's activations, cells×2.

    Returns:
        The contents.
    """
    tops, values = _tops(table, len(grid))
    attribution, packed = (None, None) if table is None else _packed_table(table)
    cells = Cells(
        side=grid.side,
        columns=grid.columns.tolist(),
        rows=grid.rows.tolist(),
        counts=grid.counts.tolist(),
        classes=tops.tolist(),
        attributions=values.round(4).tolist(),
        labels=_labels(grid, patches.collected.label_of, labels),
        moves={name: Moves(x=_short(places[:, 0]), y=_short(places[:, 1])) for name, places in moves.items()},
        icons=plan_icons(grid.rows, grid.columns, icons.shape[1]),
        patches=plan_sheets(
            "patches", grid.rows, grid.columns, each=patches.each, size=patches.size, block=PATCH_BLOCK
        ),
        photos=patches.photos,
        attribution=attribution,
    )
    return GridContents(icons, patches, cells, packed)


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the viewer and then the manifest, which marks the atlas as whole."""
    for name in VIEWER:
        with write_atomically(folder / name) as file:
            file.write((files("pareidolia.atlas") / "viewer" / name).read_bytes())
    _write_text(folder / MANIFEST, manifest.model_dump_json(indent=1))


def grids_written(stages: StageCache) -> frozenset[str]:
    """The folders, below the atlas, of the grids that were ever begun and not forgotten."""
    pattern = f"*/{_SHEETS}-*-{ICONS}"
    begun = (name.split(f"/{_SHEETS}-", 1) for name in stages.names(pattern))
    return frozenset(f"{layer}/{rest.removesuffix(f'-{ICONS}')}" for layer, rest in begun)


def forget_grid(folder: Path, stages: StageCache) -> None:
    """Forget a grid whose `folder` is gone."""
    for kind in (PATCHES, ICONS):  # `grids_written` looks for icons: they are last
        stages.drop(_sheets_stage(folder, kind))


def _sheets_stage(folder: Path, kind: str) -> str:
    """The name under which the key of sheets in `folder` is kept."""
    return f"{folder.parent.name}/{_SHEETS}-{folder.name}-{kind}"


def _tops(table: Array | None, cells: int) -> tuple[Array, Array]:
    """The strongest classes of each cell and their values, cells×TOP; cells×0 if there are no classes."""
    if table is None:
        return np.empty((cells, 0), np.int64), np.empty((cells, 0))
    tops = np.argsort(-table, axis=1, kind="stable")[:, :TOP]
    return tops, np.take_along_axis(table, tops, axis=1).astype(np.float64)


def _labels(grid: Grid, label_of: Array, labels: int) -> list[list[tuple[int, int]]]:
    if not labels:
        return [[] for _ in range(len(grid))]
    table = np.zeros((len(grid), labels), np.int64)
    within = grid.cell_of >= 0
    np.add.at(table, (grid.cell_of[within], label_of[within]), 1)
    return [
        [(int(label), int(row[label])) for label in np.argsort(-row, kind="stable")[: np.count_nonzero(row)]]
        for row in table
    ]


def _packed_table(table: Array) -> tuple[Attribution, bytes]:
    """The class attributions as signed bytes, class by class, each with a scale of its own."""
    scales = np.abs(table).max(axis=0) / 127
    levels = np.round(table / np.where(scales > 0, scales, 1)).astype(np.int8)
    described = Attribution(file=TABLE, scales=[float(f"{scale:.5g}") for scale in scales])
    return described, np.ascontiguousarray(levels.T).tobytes()


def _text(path: Path) -> str:
    return _bytes(path).decode(errors="replace")


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _short(values: Array) -> list[float]:
    return [round(float(value), 4) for value in values]


def _write_text(path: Path, text: str) -> None:
    with write_atomically(path) as file:
        file.write(text.encode())
