"""What a network sees: its layers, classes, the units that answer at a place of a photo, and one of them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor

from pareidolia.inspection.framing import frame
from pareidolia.networks import Network, load_network
from pareidolia.pictures import open_picture, resize
from pareidolia.settings import PareidoliaError
from pareidolia.studio.questions.encoding import gray, png, share

_TOP = 8
_PATCHES, _NEIGHBORS = 9, 6
_TILE = 96
_LEAST_WINDOW = 24
_POSITIONS = 1024


def layers(about: Mapping[str, Any]) -> dict[str, Any]:
    """The layers of a network that have rows and columns, less those that change nothing."""
    network = _network(str(about["network"]))
    found = [
        {
            "name": name,
            "kind": layer.kind,
            "channels": layer.shape[0],
            "rows": layer.shape[1],
            "columns": layer.shape[2],
        }
        for name, layer in network.layers.items()
        if len(layer.shape) == 3 and layer.kind != "Identity"
    ]
    return {"layers": found}


def names(about: Mapping[str, Any]) -> dict[str, Any]:
    """The names of a network's classes."""
    return {"names": list(_network(str(about["network"])).class_names or ())}


def classes(about: Mapping[str, Any]) -> dict[str, Any]:
    """What a network takes a photo for: its likeliest classes with their probabilities."""
    network = _network(str(about["network"]))
    with torch.no_grad():
        shares = network(_seen(network.name, str(about["picture"]))).softmax(1)[0]
    top = shares.topk(min(_TOP, len(shares)))
    named = network.class_names or tuple(map(str, range(len(shares))))
    found = [
        {"name": named[int(index)], "share": float(value)}
        for value, index in zip(top.values, top.indices, strict=True)
    ]
    return {"classes": found}


def units(about: Mapping[str, Any]) -> dict[str, Any]:
    """Which units of a layer answer most at a place of a photo, against their mean over the photo."""
    maps = _maps(str(about["network"]), str(about["layer"]), str(about["picture"]))
    row, column = (
        min(length - 1, int(share(about[name]) * length))
        for name, length in (("y", maps.shape[1]), ("x", maps.shape[2]))
    )
    here = maps[:, row, column]
    top = here.topk(min(_TOP, len(here)))
    found = [
        {
            "unit": int(unit),
            "value": float(value),
            "mean": float(maps[int(unit)].mean()),
            "map": png(gray(maps[int(unit)])),
        }
        for value, unit in zip(top.values, top.indices, strict=True)
    ]
    return {"row": row, "column": column, "units": found}


def unit(about: Mapping[str, Any]) -> dict[str, Any]:
    """One unit over several pictures: the patches it answers to most, and the units most like it.

    Two units are alike by the cosine of what they answered at the same places of these pictures.
    """
    name, layer = str(about["network"]), str(about["layer"])
    pictures = [str(each) for each in about["pictures"]]
    seen = [_maps(name, layer, each) for each in pictures]
    channels, number = len(seen[0]), int(about["unit"])
    if not 0 <= number < channels:
        raise PareidoliaError(f"{layer} has units 0 to {channels - 1}, not {number}")
    answers = torch.cat([_thinned(maps) for maps in seen], dim=1)
    likeness = torch.nn.functional.cosine_similarity(answers, answers[number : number + 1], dim=1)
    likeness[number] = -2
    nearest = likeness.nan_to_num(-1).topk(min(_NEIGHBORS, channels - 1))
    return {
        "unit": number,
        "channels": channels,
        "map": png(gray(seen[0][number])),
        "patches": _patches(name, layer, number, pictures)[:_PATCHES],
        "neighbors": [
            {
                "unit": int(other),
                "likeness": float(value),
                "patches": _patches(name, layer, int(other), pictures)[:3],
            }
            for value, other in zip(nearest.values, nearest.indices, strict=True)
        ],
    }


def _patches(name: str, layer: str, number: int, pictures: Sequence[str]) -> list[dict[str, Any]]:
    """The strongest place of each picture for a unit, with what the unit sees there; strongest first."""
    found = []
    for index, picture in enumerate(pictures):
        response = _maps(name, layer, picture)[number]
        row, column = divmod(int(response.argmax()), response.shape[1])
        found.append((float(response.max()), index, row, column))
    found.sort(reverse=True)
    return [
        {
            "value": value,
            "picture": index,
            "patch": png(_window(name, layer, pictures[index], row, column)),
        }
        for value, index, row, column in found[:_PATCHES]
    ]


def _window(name: str, layer: str, picture: str, row: int, column: int) -> Tensor:
    """A square of a photo around a position, half as wide as the receptive field, as a tile.

    A unit is moved mostly by the middle of what it can see (Luo et al. 2016); a field that is larger than the
    photo, or unknown, gives half of the photo's shorter side.
    """
    seen, maps = _seen(name, picture), _maps(name, layer, picture)
    field = _network(name).layers[layer].receptive_field
    height, width = seen.shape[-2:]
    most = min(height, width) // 2
    side = most if field is None else min(max(max(field.size) // 2, _LEAST_WINDOW), most)
    corners = []
    for place, count, length in ((row, maps.shape[1], height), (column, maps.shape[2], width)):
        middle = (place + 0.5) / count * length
        corners.append(min(max(round(middle - side / 2), 0), length - side))
    top, left = corners
    return resize(seen[..., top : top + side, left : left + side], (_TILE, _TILE)).clamp(0, 1)


def _thinned(maps: Tensor) -> Tensor:
    """Evenly chosen places of maps C×h×w: C×P."""
    flat = maps.flatten(1)
    return flat[:, :: max(1, flat.shape[1] // _POSITIONS)]


@lru_cache(maxsize=2)
def _network(name: str) -> Network:
    return load_network(name)


@lru_cache(maxsize=32)
def _seen(network: str, picture: str) -> Tensor:
    """A photo as a network sees it, 1×3×H×W."""
    looking = _network(network)
    return frame(looking, open_picture(picture).to(looking.device))


@lru_cache(maxsize=32)
def _maps(network: str, layer: str, picture: str) -> Tensor:
    """What a layer answers to a photo, C×h×w."""
    with torch.no_grad():
        maps: Tensor = _network(network).record(_seen(network, picture), layer)[layer][0]
    if maps.ndim != 3:
        raise PareidoliaError(f"layer '{layer}' has no rows and columns")
    return maps.float().cpu()
