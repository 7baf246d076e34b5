"""The site of a measurement: which pixels are shown to a network, and which position is read."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import ceil

import torch
from torch import Tensor

from pareidolia.inspection.tuning.stimuli import StimulusCanvas
from pareidolia.networks import Layer, Network, ReceptiveField, preserve_state
from pareidolia.networks.layers import is_map
from pareidolia.networks.soundness import check_numbers
from pareidolia.settings import BadNetwork, BadPicture

# Pixels of all pictures in one forward pass, and pictures at most.
_BATCH_PIXELS = 2**20
_BATCH_PICTURES = 1024


@dataclass(frozen=True)
class Site:
    """Where the units of a layer are measured: all channels at one position.

    Attributes:
        layer: the layer's name.
        channels: number of its units.
        position: the row and column that is read; None if the layer has none (fully connected).
        canvas: the pixels shown, and the middle of what the position sees of them.
        extent: the longer side of what it sees, in pixels.
        caution: what the reader should know about the measurement, if anything.
    """

    layer: str
    channels: int
    position: tuple[int, int] | None
    canvas: StimulusCanvas
    extent: int
    caution: str = ""

    def read(self, activations: Tensor) -> Tensor:
        """The units N×U out of the layer's activations."""
        if self.position is None:
            return activations
        return activations[:, :, *self.position]


def find_site(network: Network, layer: str) -> Site:
    """The site for a layer: the crop that one position's receptive field fills, if that is faithful.

    A position whose field lies within the picture sees no padding, so its activation for a crop of its field
    is the same as within a picture. This is tried on noise, since a layer may see further than its field. If
    it does not hold, or the field is unknown or larger than the network's input, the whole input is shown and
    the middle position read.

    Args:
        network: the network.
        layer: name of the layer.

    Returns:
        The site.

    Raises:
        UnknownName: If there is no such layer.
        BadNetwork: If the layer has no channels at rows and columns.
    """
    found = network.layer(layer)
    _check_shape(network, found)
    height, width = network.input_shape[1:]
    field = found.receptive_field
    if len(found.shape) == 1:
        return Site(layer, found.shape[0], None, StimulusCanvas.centered(height, width), max(height, width))
    whole = _whole(network, found)
    if field is not None and not whole.caution:
        cropped = _cropped(found, field)
        if _agree(network, field, whole, cropped):
            return cropped
    return whole


@torch.no_grad()
def answers(network: Network, site: Site, count: int, draw: Callable[[slice], Tensor]) -> Iterator[Tensor]:
    """The activations of the site's units for pictures, in batches.

    Args:
        network: the network.
        site: what is read.
        count: number of pictures.
        draw: makes the pictures of a slice.

    Yields:
        N×U.
    """
    height, width = site.canvas.size
    size = max(1, min(_BATCH_PICTURES, _BATCH_PIXELS // (height * width)))
    with preserve_state(network.module):
        for first in range(0, count, size):
            pictures = draw(slice(first, min(first + size, count)))
            yield _record(network, site, pictures)


def _record(network: Network, site: Site, pictures: Tensor) -> Tensor:
    shown = pictures.contiguous(memory_format=torch.channels_last)
    maps = check_numbers(network.record(shown, [site.layer])[site.layer], network.name, f" at {site.layer}")
    return site.read(maps).cpu().double()


def _check_shape(network: Network, layer: Layer) -> None:
    shape = network.unit_shape(layer.name)
    if len(shape) != 1 and not is_map(shape, network.input_shape):
        raise BadNetwork(
            f"layer '{layer.name}' of {network.name} gives {'×'.join(map(str, shape))}, which is neither "
            "channels of rows and columns nor one number a unit: choose another layer (see "
            "pareidolia networks)"
        )


def _cropped(layer: Layer, field: ReceptiveField) -> Site:
    """The first position that sees no padding, on the smallest canvas that holds what it sees."""
    position = _first_inside(field.start[0], field.stride[0]), _first_inside(field.start[1], field.stride[1])
    top, left, bottom, right = field.window(*position)
    canvas = StimulusCanvas((bottom, right), ((top + bottom - 1) / 2, (left + right - 1) / 2))
    return Site(layer.name, layer.shape[0], position, canvas, max(field.size))


def _whole(network: Network, layer: Layer) -> Site:
    """The whole input, and the position nearest the middle that sees no padding, if there is one."""
    height, width = network.input_shape[1:]
    middle = layer.shape[1] // 2, layer.shape[2] // 2
    canvas, field = StimulusCanvas.centered(height, width), layer.receptive_field
    if field is None:
        return Site(layer.name, layer.shape[0], middle, canvas, max(height, width))
    row, column = (
        _nearest_inside(*axis)
        for axis in zip(middle, field.start, field.size, field.stride, (height, width), strict=True)
    )
    if row is None or column is None:
        caution = (
            f"the receptive field, {field.size[0]}x{field.size[1]} pixels, is larger than the "
            f"{width}x{height} picture: the units see its border too"
        )
        return Site(layer.name, layer.shape[0], middle, canvas, max(height, width), caution)
    top, left, bottom, right = field.window(row, column)
    canvas = StimulusCanvas((height, width), ((top + bottom - 1) / 2, (left + right - 1) / 2))
    return Site(layer.name, layer.shape[0], (row, column), canvas, max(field.size))


def _first_inside(start: int, stride: int) -> int:
    return max(0, ceil(-start / stride))


def _nearest_inside(middle: int, start: int, size: int, stride: int, length: int) -> int | None:
    """The place nearest `middle` along an axis whose field lies within `length` pixels."""
    first, last = _first_inside(start, stride), (length - size - start) // stride
    return min(max(middle, first), last) if first <= last else None


@torch.no_grad()
def _agree(network: Network, field: ReceptiveField, whole: Site, cropped: Site) -> bool:
    """Whether a position has the same activations in a picture of noise and in the crop of what it sees."""
    assert whole.position is not None and cropped.position is not None
    channels, height, width = network.input_shape
    picture = torch.rand(1, channels, height, width, generator=torch.Generator().manual_seed(0))
    crop = torch.full((1, channels, *cropped.canvas.size), 0.5)
    top, left, bottom, right = field.window(*whole.position)
    above, beside, below, beyond = field.window(*cropped.position)
    crop[..., above:below, beside:beyond] = picture[..., top:bottom, left:right]
    try:
        with preserve_state(network.module):
            expected = _record(network, whole, picture)
            found = _record(network, cropped, crop)
    except BadPicture:  # made for one size only
        return False
    return torch.allclose(expected, found, rtol=1e-3, atol=1e-4 * float(expected.abs().max()))
