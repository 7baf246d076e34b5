"""Forward passes in tiles, exactly: each tile has a halo as wide as what its positions see.

Every position of a layer's map belongs to one tile, whose crop of the picture holds all that the position
sees; so its activation and its gradient are those of a forward pass of the whole picture.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from torch import Tensor

from pareidolia.networks import Layer, ReceptiveField
from pareidolia.settings import PareidoliaError

Slices = tuple[slice, slice]


@dataclass(frozen=True)
class Tile:
    """One piece of a picture.

    Attributes:
        crop: rows and columns of the picture that the network sees: the tile and its halo.
        own: by layer, the rows and columns of the crop's map that belong to the tile.
    """

    crop: Slices
    own: Mapping[str, Slices]

    def activations(self, seen: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Those of the crop's activations (N×C×H×W by layer) that belong to the tile."""
        return {layer: seen[layer][(..., *own)] for layer, own in self.own.items()}


@dataclass(frozen=True)
class _Span:
    """One tile along one axis: the crop, and the positions that belong to it in each layer's map of it."""

    crop: slice
    own: tuple[slice, ...]


def tiles(size: tuple[int, int], layers: Sequence[Layer], side: int) -> Iterator[Tile]:
    """Cover a picture with tiles.

    Args:
        size: height and width of the picture in pixels.
        layers: the layers whose activations are needed.
        side: of a tile, about, in pixels.

    Yields:
        The tiles, row by row.

    Raises:
        PareidoliaError: If a layer's positions see the whole picture, so that no tile is enough.
    """
    fields = [_field(layer) for layer in layers]
    names = [layer.name for layer in layers]
    rows, columns = (_spans(size[axis], fields, axis, side) for axis in (0, 1))
    for down, across in product(rows, columns):
        own = dict(zip(names, zip(down.own, across.own, strict=True), strict=True))
        yield Tile((down.crop, across.crop), own)


def _field(layer: Layer) -> ReceptiveField:
    if layer.receptive_field is None:
        raise PareidoliaError(
            f"{layer.name} sees the whole picture at once, so it cannot be tiled: "
            "aim at an earlier layer, or leave out --tile"
        )
    return layer.receptive_field


def _spans(length: int, fields: Iterable[ReceptiveField], axis: int, side: int) -> list[_Span]:
    extents = [(each.start[axis], each.stride[axis], each.size[axis]) for each in fields]
    # Crops begin at multiples of every stride, so that their pooling windows are those of the whole.
    grid = math.lcm(*(stride for _, stride, _ in extents))
    step = math.ceil(side / grid) * grid
    spans = []
    for begin in range(0, length, step):
        last = begin + step >= length
        firsts = [math.ceil(begin / stride) for _, stride, _ in extents]
        ends = [math.ceil((begin + step) / stride) for _, stride, _ in extents]
        low = min(start + first * stride for (start, stride, _), first in zip(extents, firsts, strict=True))
        high = max(
            start + (end - 1) * stride + seen
            for (start, stride, seen), end in zip(extents, ends, strict=True)
        )
        top = max(0, low // grid * grid)
        bottom = length if last else min(length, high)
        own = tuple(
            slice(first - top // stride, None if last else end - top // stride)
            for (_, stride, _), first, end in zip(extents, firsts, ends, strict=True)
        )
        spans.append(_Span(slice(top, bottom), own))
    return spans
