"""How a layer's output is laid out as maps N×C×h×w."""

import math
from dataclasses import dataclass, replace
from typing import Literal

import torch
from torch import Tensor

from pareidolia.networks.layouts.places import NOWHERE, Places

Form = Literal["maps", "channels last", "tokens"]


@dataclass(frozen=True, eq=False)
class MapLayout:
    """Which numbers of an output are which channel at which place, for pictures of one size.

    Attributes:
        form: in words.
        shape: C×h×w, what it is laid out as.
        channels: the axes of the output that count channels.
        places: the axes that count places.
        lengths: of those axes.
        index: h·w numbers into the places in the order in which the output has them; None for all of them row
            by row, in which case the layout holds for pictures of any size.
    """

    form: Form
    shape: tuple[int, int, int]
    channels: tuple[int, ...]
    places: tuple[int, ...]
    lengths: tuple[int, ...]
    index: Tensor | None

    def fits(self, output: Tensor, count: int) -> bool:
        """Whether this is how an output for `count` pictures is laid out, as far as lengths tell."""
        if output.ndim != len(self.channels) + len(self.places) or output.shape[0] % count:
            return False
        if self.index is None:
            return True
        shape = (output.shape[0] // count, *output.shape[1:])
        return tuple(shape[axis] for axis in self.places) == self.lengths

    def of_one_place(self) -> "MapLayout":
        """The layout of the same axes for pictures so small that one place is left."""
        lengths, index = (1,) * len(self.lengths), torch.zeros(1, dtype=torch.long)
        return replace(self, shape=(self.shape[0], 1, 1), lengths=lengths, index=index)

    def maps(self, output: Tensor, count: int) -> Tensor:
        """The output for `count` pictures as maps N×C×h×w; differentiable, a view where it can be one."""
        if self.form == "maps":
            return output
        if self.index is None:
            rows, columns = self.places
            return output.permute(0, *(axis for axis in self.channels if axis), rows, columns)
        # Windows of a picture stand beside those of the next one on the first axis.
        split = output.reshape(count, -1, *output.shape[1:])
        ordered = split.permute(0, *(axis + 1 for axis in (*self.channels, *self.places)))
        columns_of = ordered.reshape(count, -1, math.prod(self.lengths))
        chosen = columns_of[:, :, self.index.to(output.device)]
        return chosen.reshape(count, -1, *self.shape[1:])


def layout_of(shape: torch.Size, places: Places | None) -> MapLayout | None:
    """The layout of an output for one picture.

    Args:
        shape: of the output, with its first axis.
        places: where its numbers stand.

    Returns:
        None where its numbers stand nowhere, or not on rows and columns.
    """
    if places is None or places.numbers.ndim != len(shape):
        return None
    numbers = places.numbers
    along = tuple(axis for axis in range(len(shape)) if numbers.shape[axis] > 1)
    if _is_raster(numbers, along, places.grid):
        channels = tuple(axis for axis in range(len(shape)) if axis not in along)
        if len(shape) == 4 and along == (2, 3):
            return MapLayout("maps", (shape[1], *places.grid), channels, along, places.grid, None)
        if len(shape) == 4 and along == (1, 2):
            return MapLayout("channels last", (shape[3], *places.grid), channels, along, places.grid, None)
    return _indexed(shape, numbers, places.grid)


def _is_raster(numbers: Tensor, along: tuple[int, ...], grid: tuple[int, int]) -> bool:
    if tuple(numbers.shape[axis] for axis in along) != grid:
        return False
    return torch.equal(numbers.flatten(), torch.arange(1, numbers.numel() + 1, dtype=numbers.dtype))


def _indexed(shape: torch.Size, numbers: Tensor, grid: tuple[int, int]) -> MapLayout | None:
    along = tuple(axis for axis in range(len(shape)) if numbers.shape[axis] > 1)
    flat = numbers.flatten()  # the other axes are of length 1
    found = torch.unique(flat[flat != NOWHERE]) - 1
    rows, columns = (torch.unique(each) for each in (found // grid[1], found % grid[1]))
    regular = len(rows) * len(columns) == len(found) > 1
    # A place that occurs twice stands along an axis that counts channels too, as in what was flattened.
    values = len(shape) < 3 and along != (0,)  # unless tokens of all pictures stand in one row
    if values or not regular or len(found) != int((flat != NOWHERE).sum()):
        return None
    index = torch.argsort(flat)[-len(found) :]
    channels = tuple(axis for axis in range(len(shape)) if axis not in along)
    size = math.prod(shape[axis] for axis in channels)
    return MapLayout(
        "tokens",
        (size, len(rows), len(columns)),
        channels,
        along,
        tuple(shape[axis] for axis in along),
        index,
    )


def like_tokens(shape: torch.Size, known: MapLayout) -> MapLayout | None:
    """The layout of tokens 1×T×C whose way was lost, by that of others of the same number T.

    Args:
        shape: of the output, with its first axis.
        known: the layout of the others.

    Returns:
        None where `shape` is not theirs.
    """
    if len(shape) != 3 or known.places != (1,) or known.lengths != (shape[1],) or shape[0] != 1:
        return None
    return MapLayout("tokens", (shape[2], *known.shape[1:]), (0, 2), (1,), known.lengths, known.index)
