"""The operation `filters`: kernels as a sheet of pictures."""

from math import ceil, sqrt

import torch
from torch import Tensor

from pareidolia.inspection.filters.kernels import Kernels, find_kernels
from pareidolia.inspection.filters.settings import FiltersSettings
from pareidolia.networks import NetworkLike, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.pictures import sheet
from pareidolia.pictures.result import Result
from pareidolia.settings import PareidoliaError
from pareidolia.settings.numbers import read_numbers

_SHOWN_UNITS, _SHOWN_INPUTS = 16, 24
# Width of a drawn kernel in pixels, about, alone and in a row of many.
_WIDE, _NARROW = 56, 36
_MOST_CELLS = 4096


@operation(
    "filters",
    group=LOOK,
    help="Show the kernels of a layer: in color where they see pixels, by channel where they do not.",
    settings=FiltersSettings,
    network=True,
)
def filters_sheet(settings: FiltersSettings | None = None, network: NetworkLike = None) -> Result:
    """Show the kernels of a layer on a sheet: zero is mid-grey, both signs share one scale.

    The first layer's are colours of the picture (see `find_kernels`), light or coloured where a pixel's value
    drives the unit. Deeper ones are a row of grey pictures a unit, one an input channel.

    Args:
        settings: layer, units and options.
        network: the network; the one that the settings name if None.

    Returns:
        The sheet.

    Raises:
        UnknownName: If there is no such layer.
        BadNetwork: If the layer has no kernels.
        PareidoliaError: If there are no such units or channels, or too many for a sheet.
    """
    settings = FiltersSettings.of(settings)
    network = network_for(settings, network)
    kernels = find_kernels(network, settings.layer)
    count = len(kernels.weights)
    # One picture a unit: in colour, or grey if a kernel has one channel only.
    whole = kernels.weights.shape[1] == 1 or (kernels.sees_pixels and kernels.weights.shape[1] == 3)
    if settings.units is None:
        units = tuple(range(count if whole and count <= _MOST_CELLS else min(count, _SHOWN_UNITS)))
    else:
        units = read_numbers(settings.units, count, kernels.layer)
    if whole:
        if settings.inputs is not None:
            raise PareidoliaError(
                f"each kernel of layer '{kernels.layer}' is one picture: leave out --inputs"
            )
        return _one_each(kernels, units, settings, network.name)
    return _channels(kernels, units, settings, network.name)


def shown(weights: Tensor, scale: str = "each") -> Tensor:
    """Weights U×C×h×w as pictures in [0, 1]: 0.5 + 0.5 w / limit.

    The limit is the largest |w| of each unit (`each`) or of all (`shared`). Weights that are all zero are
    mid-grey.
    """
    limits = weights.abs().amax(dim=(1, 2, 3), keepdim=True)
    if scale == "shared":
        limits = limits.amax().expand_as(limits)
    return 0.5 + 0.5 * torch.where(limits > 0, weights / torch.where(limits > 0, limits, 1.0), 0.0)


def _one_each(kernels: Kernels, units: tuple[int, ...], settings: FiltersSettings, name: str) -> Result:
    _check_count(len(units))
    pictures = shown(kernels.weights[list(units)], settings.scale)
    sources = [kernels.input_channel(unit, 0) if kernels.groups > 1 else unit for unit in units]
    cells = [
        (picture[None], str(unit) if source == unit else f"{unit} from {source}")
        for unit, source, picture in zip(units, sources, pictures, strict=True)
    ]
    title = f"{name} {kernels.layer}: {len(units)} kernels of {_size(kernels)}"
    drawn = sheet(
        cells,
        ceil(sqrt(1.6 * len(units))),
        title=title,
        enlarge=settings.magnify or _magnified(kernels, _WIDE),
    )
    return Result(drawn, title)


def _channels(kernels: Kernels, units: tuple[int, ...], settings: FiltersSettings, name: str) -> Result:
    channels = kernels.weights.shape[1]
    if settings.inputs is None:
        inputs = tuple(range(min(channels, _SHOWN_INPUTS)))
    else:
        inputs = read_numbers(settings.inputs, channels, kernels.layer, "input")
    _check_count(len(units) * len(inputs))
    pictures = shown(kernels.weights[list(units)], settings.scale)[:, list(inputs)]
    # In groups each unit has other inputs, so that they cannot stand above the columns.
    grouped = kernels.groups > 1
    cells = [
        (
            picture[None, None],
            f"from {kernels.input_channel(unit, channel)}" if grouped else "",
        )
        for unit, row in zip(units, pictures, strict=True)
        for channel, picture in zip(inputs, row, strict=True)
    ]
    title = (
        f"{name} {kernels.layer}: {len(units)} of {len(kernels.weights)} units by {len(inputs)} of "
        f"{channels} inputs, kernels of {_size(kernels)}"
    )
    drawn = sheet(
        cells,
        len(inputs),
        title=title,
        row_titles=[f"unit {unit}" for unit in units],
        column_titles=() if grouped else [str(channel) for channel in inputs],
        enlarge=settings.magnify or _magnified(kernels, _NARROW),
    )
    return Result(drawn, title)


def _size(kernels: Kernels) -> str:
    height, width = kernels.weights.shape[2:]
    return f"{width}x{height}"


def _magnified(kernels: Kernels, wide: int) -> int:
    return max(1, round(wide / max(kernels.weights.shape[2:])))


def _check_count(count: int) -> None:
    if count > _MOST_CELLS:
        raise PareidoliaError(
            f"a sheet holds {_MOST_CELLS} kernels, not {count}: choose with --units or --inputs"
        )
