"""Grids over a map: which activations share a cell, and what they are on average."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from pareidolia.atlas.sheets import block_order
from pareidolia.collecting.specs import Array

#: Sides that a grid has by default; those of the article, and coarser ones for fewer photos.
SIDES = (5, 10, 20, 40, 80, 160)


@dataclass(frozen=True)
class Grid:
    """The cells of a side × side grid that hold enough of M activations.

    Attributes:
        side: cells a side.
        rows: row of each cell, int64, in `block_order`.
        columns: column of each cell.
        counts: activations in each.
        cell_of: M int64, the cell of each activation; -1 if it lies in none that is kept.
    """

    side: int
    rows: Array
    columns: Array
    counts: Array
    cell_of: Array

    def __len__(self) -> int:
        return len(self.counts)

    @property
    def coverage(self) -> float:
        """The share of activations that lie in a cell."""
        return float((self.cell_of >= 0).mean())

    def means(self, values: Array) -> Array:
        """The mean of values M×C over each cell, cells×C float64."""
        return self.means_of_pieces([values])

    def means_of_pieces(self, pieces: Iterable[Array]) -> Array:
        """As `means`, for values in pieces M_i×C, of which one at a time is in memory."""
        sums: Array = np.zeros((len(self), 0))
        start = 0
        for piece in pieces:
            if sums.shape[1] == 0:
                sums = np.zeros((len(self), piece.shape[1]))
            cells = self.cell_of[start : start + len(piece)]
            start += len(piece)
            order = np.argsort(cells, kind="stable")
            order = order[cells[order] >= 0]
            present, starts = np.unique(cells[order], return_index=True)
            if len(present):
                sums[present] += np.add.reduceat(piece[order], starts, axis=0, dtype=np.float64)
        means: Array = sums / self.counts[:, None]
        return means

    def chosen(self, each: int, seed: int) -> list[Array]:
        """For each cell up to `each` of its activations, drawn at random, as rising numbers."""
        order = np.random.default_rng(seed).permutation(len(self.cell_of))
        order = order[self.cell_of[order] >= 0]
        order = order[np.argsort(self.cell_of[order], kind="stable")]
        starts = np.searchsorted(self.cell_of[order], np.arange(len(self)))
        return [
            np.sort(order[start : start + min(each, n)]) for start, n in zip(starts, self.counts, strict=True)
        ]


def grid_over(places: Array, side: int, fewest: int) -> Grid:
    """The grid of that side over places M×2 (x, y) in [0, 1]; cells of fewer than `fewest` are left out."""
    columns, rows = np.minimum((places * side).astype(np.int64), side - 1).T
    number = rows * side + columns
    kept, counts = np.unique(number, return_counts=True)
    kept, counts = kept[counts >= fewest], counts[counts >= fewest]
    order = block_order(kept // side, kept % side)
    kept, counts = kept[order], counts[order]
    cell_at = np.full(side * side, -1, np.int64)
    cell_at[kept] = np.arange(len(kept))
    return Grid(side, kept // side, kept % side, counts, cell_at[number])


def suiting_sides(places: Array, fewest: int) -> tuple[int, ...]:
    """Those of `SIDES` in whose cells most activations lie; the coarsest if there is none."""
    suiting = tuple(side for side in SIDES if grid_over(places, side, fewest).coverage >= 0.5)
    return suiting or SIDES[:1]
