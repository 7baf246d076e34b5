"""Large pictures through a network that paints in one pass: statistics of a small copy, then exact tiles."""

from collections.abc import Iterator
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.pictures import fit, resize_picture, size_of
from pareidolia.style.feedforward.normalization import PixelOffset, Statistics

_LEAST = 16
_SMALL_COPY = 512


class OnePass(Protocol):
    """A network that paints in one pass, with normalisations whose statistics can be given.

    Its `size_multiple` is a divisor that its pictures' sides must have, which are at least 16 pixels;
    `receptive_radius` is the radius in pixels of what a pixel of the result sees.
    """

    @property
    def size_multiple(self) -> int: ...
    @property
    def receptive_radius(self) -> int: ...

    def __call__(
        self,
        pictures: Tensor,
        styles: Tensor,
        statistics: Statistics | None = None,
        origin: PixelOffset = (0, 0),
        /,
    ) -> Tensor: ...

    def statistics_of(self, pictures: Tensor, styles: Tensor, /) -> Statistics: ...


def painted_by(network: OnePass, photo: Tensor, styles: Tensor, tile: int | None) -> Tensor:
    """Paint a photo of any size.

    With tiles the normalisations use the statistics of a copy of at most 512 pixels; tiles overlap by what a
    pixel sees and so join without a seam.

    Args:
        network: paints.
        photo: 1×3×H×W in [0, 1].
        styles: the network's, 1×K.
        tile: side of a tile in pixels; None paints the whole.

    Returns:
        1×3×H×W in [0, 1].
    """
    if tile is None:
        return _at_once(network, photo, styles)
    return _in_tiles(network, photo, styles, tile)


def _at_once(
    network: OnePass,
    photo: Tensor,
    styles: Tensor,
    statistics: Statistics | None = None,
    origin: PixelOffset = (0, 0),
) -> Tensor:
    height, width = size_of(photo)
    return network(_padded(photo, network.size_multiple), styles, statistics, origin)[..., :height, :width]


def _in_tiles(network: OnePass, photo: Tensor, styles: Tensor, side: int) -> Tensor:
    small = resize_picture(photo, fit(size_of(photo), min(_SMALL_COPY, max(size_of(photo)))))
    statistics = network.statistics_of(_padded(small, network.size_multiple), styles)
    halo = _up(network.receptive_radius, network.size_multiple)
    step = side // network.size_multiple * network.size_multiple
    painted = torch.empty_like(photo)
    for top, bottom, above in _spans(photo.shape[-2], step, halo):
        for left, right, before in _spans(photo.shape[-1], step, halo):
            crop = photo[..., above : bottom + halo, before : right + halo]
            tile = _at_once(network, crop, styles, statistics, (above, before))
            inner = tile[..., top - above : bottom - above, left - before : right - before]
            painted[..., top:bottom, left:right] = inner
    return painted


def _padded(photo: Tensor, size_multiple: int) -> Tensor:
    """Its right and lower border repeated until both sides are multiples and large enough."""
    height, width = size_of(photo)
    below, beside = (max(_up(length, size_multiple), _LEAST) - length for length in (height, width))
    padded = F.pad(photo, (0, beside, 0, below), mode="replicate") if below or beside else photo
    return padded.contiguous(memory_format=torch.channels_last)


def _up(length: int, size_multiple: int) -> int:
    """The next multiple that is not less."""
    return -(-length // size_multiple) * size_multiple


def _spans(length: int, step: int, halo: int) -> Iterator[tuple[int, int, int]]:
    """(begin, end, begin with halo) of the tiles of one side."""
    for begin in range(0, length, step):
        yield begin, min(begin + step, length), max(0, begin - halo)
