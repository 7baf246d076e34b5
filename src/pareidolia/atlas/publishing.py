"""Writing what a visitor of an atlas gets: cells, sheets of images, the manifest, the viewer."""

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

import numpy as np

from pareidolia.atlas.collected import Collected
from pareidolia.atlas.format import MANIFEST, Attribution, Cells, Manifest, Moves, Sheet, Sheets
from pareidolia.atlas.grid import Grid
from pareidolia.atlas.patches import by_photo, cut, patch_windows
from pareidolia.atlas.sheets import PATCH_BLOCK, plan_icons, plan_sheets, write_icons, write_sheets
from pareidolia.atlas.stages import Array, Stages, key_of
from pareidolia.networks import Layer
from pareidolia.pictures import open_uint8, write_atomically

#: Classes that are told for a cell.
TOP = 5


@dataclass(frozen=True)
class Behind:
    """The real photos behind the cells of a grid.

    points: for each cell, numbers of some of its activations. windows: what each of all activations saw, as
    `patch_windows` gives it.
    """

    collected: Collected
    points: Sequence[Array]
    windows: Array
    size: int
    each: int

    def key(self, planned: Sheets) -> str:
        """The key of sheets of them."""
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


def behind(collected: Collected, layer: Layer, chosen: Sequence[Array], *, size: int, each: int) -> Behind:
    """The first `each` of the `chosen` activations of each cell, as patches of `size` pixels."""
    windows = patch_windows(layer, collected.positions(layer.name), collected.collection.height_width)
    return Behind(collected, [points[:each] for points in chosen], windows, size, each)


def write_grid(
    folder: Path,
    stages: Stages,
    grid: Grid,
    icons: Array,
    patches: Behind,
    table: Array | None,
    *,
    labels: int,
    moves: Mapping[str, Array],
) -> None:
    """Write one grid into `folder`; sheets that are there and would be the same are left.

    icons: cells×size×size×3 levels. table: class attributions, cells×K, None without classes. labels: how
    many there are. moves: by layer, the mean place on its map of each cell's activations, cells×2.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = f"{folder.parent.name}/sheets-{grid.side}"
    squares = plan_icons(grid.rows, grid.columns, icons.shape[1])
    key = key_of("icon sheets", squares.model_dump(), hashlib.sha256(icons.tobytes()).hexdigest())
    _write_once(
        stages, f"{place}-icons", key, folder, [*squares.sheets, *squares.small.sheets],
        lambda: write_icons(folder, squares, lambda cells: icons[cells]),
    )  # fmt: skip
    pieces = plan_sheets(
        "patches", grid.rows, grid.columns, each=patches.each, size=patches.size, block=PATCH_BLOCK
    )
    _write_once(
        stages, f"{place}-patches", patches.key(pieces), folder, pieces.sheets,
        lambda: write_sheets(folder, pieces, patches.images),
    )  # fmt: skip
    tops, values = _tops(table, len(grid))
    cells = Cells(
        side=grid.side,
        columns=grid.columns.tolist(),
        rows=grid.rows.tolist(),
        counts=grid.counts.tolist(),
        classes=tops.tolist(),
        attributions=values.round(4).tolist(),
        labels=_labels(grid, patches.collected.label_of, labels),
        moves={name: Moves(x=_short(places[:, 0]), y=_short(places[:, 1])) for name, places in moves.items()},
        icons=squares,
        patches=pieces,
        photos=patches.photos,
        attribution=None if table is None else _write_table(folder, table),
    )
    _write_text(folder / "cells.json", cells.model_dump_json())


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write the viewer and then the manifest, which says that the atlas is whole."""
    with as_file(files("pareidolia.atlas") / "viewer") as viewer:
        for name in ("index.html", "LICENSES.txt"):
            shutil.copyfile(viewer / name, folder / name)
    _write_text(folder / MANIFEST, manifest.model_dump_json(indent=1))


def _write_once(
    stages: Stages, name: str, key: str, folder: Path, sheets: Sequence[Sheet], write: Callable[[], None]
) -> None:
    if stages.has(name, key) and all((folder / sheet.file).exists() for sheet in sheets):
        return
    write()
    stages.keep(name, key, {})


def _tops(table: Array | None, cells: int) -> tuple[Array, Array]:
    """The strongest classes of each cell and their values, cells×TOP; cells×0 without classes."""
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


def _write_table(folder: Path, table: Array) -> Attribution:
    """The class attributions as signed bytes, class by class, each with a scale of its own."""
    scales = np.abs(table).max(axis=0) / 127
    levels = np.round(table / np.where(scales > 0, scales, 1)).astype(np.int8)
    name = "attribution.bin"
    with write_atomically(folder / name) as file:
        file.write(np.ascontiguousarray(levels.T).tobytes())
    return Attribution(file=name, scales=[float(f"{scale:.5g}") for scale in scales])


def _short(values: Array) -> list[float]:
    return [round(float(value), 4) for value in values]


def _write_text(path: Path, text: str) -> None:
    with write_atomically(path) as file:
        file.write(text.encode())
