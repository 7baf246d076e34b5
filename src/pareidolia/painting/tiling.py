"""Forward passes in tiles, exactly: each tile has a halo as wide as what its positions see.

Every position of a layer's map belongs to one tile, whose crop of the picture holds all that the position
sees; so its activation and its gradient are those of a forward pass of the whole picture.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import product

import torch
from torch import Tensor

from pareidolia.networks import Layer, Network, ReceptiveField
from pareidolia.pictures.wrapping import NOWHERE, Wrap, wrapped_crop
from pareidolia.settings import PareidoliaError

Slices = tuple[slice, slice]

#: Second differences need so many beyond a tile.
_NEXT_PIXELS = 2


@dataclass(frozen=True)
class Tile:
    """One piece of a picture.

    Attributes:
        size: height and width of the whole picture.
        pixels: the rows and columns of the picture that belong to the tile.
        crop: those that the network sees: the tile and its halo.
        own: by layer, the rows and columns of the crop's map that belong to the tile.
        place: by layer, the same rows and columns in the map of the whole picture.
        map_sizes: by layer, height and width of the map of the whole picture.
        wrap: whether the picture repeats down and across; then a crop may reach beyond it.
    """

    size: tuple[int, int]
    pixels: Slices
    crop: Slices
    own: Mapping[str, Slices]
    place: Mapping[str, Slices]
    map_sizes: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    wrap: Wrap = NOWHERE

    @property
    def share(self) -> float:
        """The share of the picture's pixels that belong to the tile."""
        rows, columns = (each.stop - each.start for each in self.pixels)
        return float(rows * columns / math.prod(self.size))

    def cropped(self, picture: Tensor) -> Tensor:
        """What the network sees of a picture N×C×H×W: a tensor of its own in channels-last layout.

        Pictures in half precision, in which large ones are kept, come in single precision.
        """
        crop = wrapped_crop(picture, *self.crop)
        crop = crop.float() if crop.dtype == torch.half else crop
        return crop.contiguous(memory_format=torch.channels_last).clone(memory_format=torch.preserve_format)

    def within_crop(self, beyond: int = 0) -> Slices:
        """The rows and columns of the crop that belong to the tile, and so many after them."""
        rows, columns = (
            slice(pixels.start - seen.start, pixels.stop - seen.start + beyond)
            for pixels, seen in zip(self.pixels, self.crop, strict=True)
        )
        return rows, columns

    def activations(self, seen: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Those of the crop's activations (N×C×H×W by layer) that belong to the tile."""
        return {layer: maps[(..., *self.own[layer])] for layer, maps in seen.items()}


@dataclass(frozen=True)
class _Span:
    """One tile along one axis: its pixels, its crop, and its positions in each layer's map."""

    pixels: slice
    crop: slice
    own: tuple[slice, ...]
    place: tuple[slice, ...]


@dataclass(frozen=True)
class Tiling:
    """A picture's tiles, and the network that sees them one by one.

    Attributes:
        network: sees the tiles.
        size: height and width of the picture in pixels.
        names: of the layers whose activations are needed.
        side: of a tile, about, in pixels.
        wrap: whether the picture repeats down and across; its sides there are multiples of every stride.
    """

    network: Network
    size: tuple[int, int]
    names: tuple[str, ...]
    side: int
    wrap: Wrap = NOWHERE

    def __iter__(self) -> Iterator[Tile]:
        return iter(self._tiles)

    def __len__(self) -> int:
        return len(self._tiles)

    @torch.no_grad()
    def seen(self, picture: Tensor, names: Iterable[str]) -> Iterator[tuple[Tile, dict[str, Tensor]]]:
        """Each tile with its own activations of some of the layers; no gradient is recorded."""
        wanted = sorted(names)
        for tile in self:
            yield tile, tile.activations(self.network.record(tile.cropped(picture), wanted))

    @cached_property
    def _tiles(self) -> tuple[Tile, ...]:
        layers = [self.network.layer(name) for name in self.names]
        found = list(tiles(self.size, layers, self.side, self.wrap))
        sizes = self._map_sizes(found[-1])
        return tuple(replace(tile, map_sizes=sizes) for tile in found)

    @torch.no_grad()
    def _map_sizes(self, last: Tile) -> dict[str, tuple[int, int]]:
        """By layer, the size of the map of the whole picture; the last tile shows where it ends."""
        rows, columns = (each.stop - each.start for each in last.crop)
        first = next(self.network.module.parameters())
        crop = torch.zeros((1, self.network.input_shape[0], rows, columns)).to(first)
        sizes = {}
        for name, maps in self.network.record(crop, self.names).items():
            inside = zip(maps.shape[-2:], last.own[name], last.place[name], strict=True)
            height, width = (
                length - own.start + place.start if place.stop is None else place.stop
                for length, own, place in inside
            )
            sizes[name] = (height, width)
        return sizes


def tiles(size: tuple[int, int], layers: Sequence[Layer], side: int, wrap: Wrap = NOWHERE) -> Iterator[Tile]:
    """Cover a picture with tiles.

    Args:
        size: height and width of the picture in pixels.
        layers: the layers whose activations are needed.
        side: of a tile, about, in pixels.
        wrap: whether the picture repeats down and across.

    Yields:
        The tiles, row by row.

    Raises:
        PareidoliaError: If a layer's positions see the whole picture, so that no tile is enough.
    """
    fields = [_field(layer) for layer in layers]
    names = [layer.name for layer in layers]
    rows, columns = (_spans(size[axis], fields, axis, side, wrap[axis]) for axis in (0, 1))
    for down, across in product(rows, columns):
        own = dict(zip(names, zip(down.own, across.own, strict=True), strict=True))
        place = dict(zip(names, zip(down.place, across.place, strict=True), strict=True))
        crop = (down.crop, across.crop)
        yield Tile(size, (down.pixels, across.pixels), crop, own, place, wrap=wrap)


def strides_together(network: Network, names: Iterable[str]) -> int:
    """The least number of pixels that is a multiple of the stride of each layer."""
    return math.lcm(*(each for name in names for each in _field(network.layer(name)).stride))


def _field(layer: Layer) -> ReceptiveField:
    if layer.receptive_field is None:
        raise PareidoliaError(
            f"{layer.name} sees the whole picture at once, so it cannot be tiled: "
            "aim at an earlier layer, or leave out --tile"
        )
    return layer.receptive_field


def _spans(length: int, fields: Iterable[ReceptiveField], axis: int, side: int, wraps: bool) -> list[_Span]:
    extents = [(each.start[axis], each.stride[axis], each.size[axis]) for each in fields]
    # Crops begin at multiples of every stride, so that their pooling windows are those of the whole.
    grid = math.lcm(*(stride for _, stride, _ in extents))
    step = math.ceil(side / grid) * grid
    spans = []
    for begin in range(0, length, step):
        last = begin + step >= length and not wraps
        until = min(begin + step, length) if wraps else begin + step
        firsts = [math.ceil(begin / stride) for _, stride, _ in extents]
        ends = [math.ceil(until / stride) for _, stride, _ in extents]
        # A crop holds the tile and the next pixels, which differences of neighbours need.
        lows = [start + first * stride for (start, stride, _), first in zip(extents, firsts, strict=True)]
        highs = [
            start + (end - 1) * stride + seen
            for (start, stride, seen), end in zip(extents, ends, strict=True)
        ]
        low, high = min([begin, *lows]), max([until + _NEXT_PIXELS, *highs])
        top = low // grid * grid if wraps else max(0, low // grid * grid)
        bottom = length if last else high if wraps else min(length, high)
        place = tuple(slice(first, None if last else end) for first, end in zip(firsts, ends, strict=True))
        own = tuple(
            slice(each.start - top // stride, None if each.stop is None else each.stop - top // stride)
            for (_, stride, _), each in zip(extents, place, strict=True)
        )
        spans.append(_Span(slice(begin, min(begin + step, length)), slice(top, bottom), own, place))
    return spans
