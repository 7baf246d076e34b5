"""Where a photo lands on an atlas: its own activations among those that were collected."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from pareidolia.atlas.building import STAGES, read_settings
from pareidolia.atlas.collected import Collected
from pareidolia.atlas.format import Cells, LayerEntry, read_cells, read_manifest
from pareidolia.atlas.layout import place_by_neighbours
from pareidolia.atlas.mapping import LayerMap
from pareidolia.atlas.settings import AtlasSettings
from pareidolia.atlas.stages import Array, Stages
from pareidolia.collecting import Collection
from pareidolia.networks import load_network_from, untouched
from pareidolia.pictures import from_levels, open_levels
from pareidolia.settings import PareidoliaError

#: Activations that a photo's are compared with.
COMPARED = 20_000


@dataclass(frozen=True)
class Landing:
    """Where a photo's activations at one layer lie.

    Attributes:
        layer: its name.
        places: of each position of the photo, row by row, P×2 in [0, 1].
        cells: (row, column) on the finest grid, how many of the positions lie there, the classes
            it speaks for; most positions first.
        side: of that grid.
        link: the part of the viewer's address after # that shows the first cell.
    """

    layer: str
    places: Array
    cells: list[tuple[tuple[int, int], int, list[str]]]
    side: int
    link: str


def find_photo(atlas: str | Path, photo: str | Path) -> list[Landing]:
    """Where `photo` lands on each layer of the atlas in the folder `atlas`.

    Each position of the photo lies at the mean place of the activations nearest to its own, out of at most
    `COMPARED` of those that were collected.
    Raises PareidoliaError where the atlas is not whole or was published without its stages, BadPicture for the photo.
    """
    atlas = Path(atlas)
    manifest, settings = read_manifest(atlas), read_settings(atlas)
    collected = _collected(atlas)
    network = load_network_from(settings)
    picture = from_levels([open_levels(photo, collected.collection.height_width)])
    with untouched(network.module), torch.no_grad():
        recorded = network.record(picture, settings.layer)
    landings, before = [], None
    for entry, layer_map in zip(manifest.layers, _maps(collected, settings, atlas), strict=True):
        maps = recorded[entry.name].flatten(2)[0].T if recorded[entry.name].ndim == 4 else recorded[entry.name]
        places = _placed(maps.float().cpu().numpy(), layer_map, settings)
        landings.append(_landing(entry, places, read_cells(atlas, entry.grids[-1]), manifest.classes))
    return landings
