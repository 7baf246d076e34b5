"""Windows of one size over pictures of another, for networks that were made for one size.

A smaller picture is enlarged until a window fits; over a larger one windows are moved so that they overlap.
What they show is joined: maps lie where their windows do and are averaged where these overlap, vectors and
class scores are averaged.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import product

import torch
from torch import Tensor
from torch.nn import functional as F

from pareidolia.pictures import resize

Size = tuple[int, int]
# Windows next to each other share at least a quarter of their side.
_OVERLAP = 0.25


@dataclass(frozen=True)
class SlidingWindows:
    """Where the windows lie.

    Attributes:
        side: height and width of a window in pixels.
        picture: of the pictures that are looked at.
        grid: windows begin at multiples of these, so that what they show lies on common maps.
    """

    side: Size
    picture: Size
    grid: Size

    def __len__(self) -> int:
        return math.prod(len(each) for each in self._starts)

    def cut(self, pictures: Tensor) -> Tensor:
        """The windows of pictures N×C×H×W, those of one picture in a row; differentiable."""
        rows, columns = self._enlarged
        height, width = (starts[-1] + side for starts, side in zip(self._starts, self.side, strict=True))
        shown = F.pad(resize(pictures, (rows, columns)), (0, width - columns, 0, height - rows), "reflect")
        pieces = [
            shown[..., top : top + self.side[0], left : left + self.side[1]] for top, left in self._corners
        ]
        return torch.stack(pieces, dim=1).flatten(0, 1)

    def joined(self, seen: Tensor) -> Tensor:
        """What the windows showed as what the pictures show: N·n×C×h×w to N×C×H×W, N·n×… to N×… ."""
        each = seen.reshape(-1, len(self), *seen.shape[1:])
        if seen.ndim != 4 or seen.shape[2:] == (1, 1):
            return each.mean(dim=1)
        places = [tuple(self._spans(axis, seen.shape[2 + axis])) for axis in (0, 1)]
        rows, columns = (spans[-1].stop for spans in places)
        whole = seen.new_zeros(len(each), seen.shape[1], rows, columns)
        times = seen.new_zeros(rows, columns)
        for index, (down, across) in enumerate(product(*places)):
            whole[..., down, across] += each[:, index]
            times[down, across] += 1
        kept = (
            math.ceil(length * count / side)
            for length, count, side in zip(self._enlarged, seen.shape[2:], self.side, strict=True)
        )
        height, width = kept
        return (whole / times)[..., :height, :width]

    def _spans(self, axis: int, count: int) -> Iterable[slice]:
        """Where the maps of windows lie, which are `count` long along an axis."""
        for start in self._starts[axis]:
            first = round(start * count / self.side[axis])
            yield slice(first, first + count)

    @cached_property
    def _enlarged(self) -> Size:
        (height, width), (rows, columns) = self.picture, self.side
        scale = max(1.0, rows / height, columns / width)
        return max(rows, round(height * scale)), max(columns, round(width * scale))

    @cached_property
    def _starts(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        along = zip(self._enlarged, self.side, self.grid, strict=True)
        down, across = (_starts(*axis) for axis in along)
        return down, across

    @cached_property
    def _corners(self) -> list[Size]:
        return list(product(*self._starts))


def _starts(length: int, side: int, grid: int) -> tuple[int, ...]:
    """Where windows begin that cover `length` pixels, the last of them perhaps up to `grid` pixels beyond."""
    last = math.ceil((length - side) / grid) * grid
    step = max(grid, int(side * (1 - _OVERLAP)) // grid * grid)
    count = math.ceil(last / step)
    # Evenly, but for the grid; one window where it covers all.
    return *(round(index * last / count / grid) * grid for index in range(count)), last


def common_grid(side: Size, maps: Iterable[Size]) -> Size:
    """The least multiples at which windows of `side` may begin so that maps of all these sizes join."""
    rows, columns = zip(*maps, strict=True) if maps else ((), ())
    return _multiple(side[0], rows), _multiple(side[1], columns)


def _multiple(side: int, counts: Iterable[int]) -> int:
    return min(side, math.lcm(*(side // count for count in counts if side % count == 0)))
