"""Where a photo lands on an atlas: its activations among those that were collected."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import numpy as np
import torch
from torch import Tensor

from pareidolia.atlas.collected import CollectedActivations
from pareidolia.atlas.format import STAGES, Cells, LayerEntry, read_cells, read_manifest
from pareidolia.atlas.kept_settings import read_settings
from pareidolia.atlas.layout import place_by_neighbors
from pareidolia.atlas.mapping import LayerLayout
from pareidolia.atlas.stages import StageCache
from pareidolia.collecting import Collection
from pareidolia.collecting.specs import Array
from pareidolia.networks import NetworkLike, as_network, identity, preserve_state
from pareidolia.operations import LOOK, Input, operation
from pareidolia.pictures import as_picture, from_uint8, open_uint8
from pareidolia.pictures.files import to_image
from pareidolia.pictures.result import Result
from pareidolia.pictures.uint8 import fit_uint8
from pareidolia.safety import distrusting
from pareidolia.settings import PareidoliaError, Settings, differences

#: Activations that a photo's are compared with.
COMPARED = 20_000


_CELLS_SHOWN = 5


@dataclass(frozen=True)
class Landing:
    """Where a photo's activations at one layer lie.

    Attributes:
        layer: its name.
        places: of each position of the photo, row by row, P×2 in [0, 1].
        cells: (row, column) on the finest grid, how many of the positions lie there, the classes that the
            cell supports; most positions first.
        side: of that grid.
        link: the part of the viewer's address after # that shows the first cell.
    """

    layer: str
    places: Array
    cells: list[tuple[tuple[int, int], int, list[str]]]
    side: int
    link: str


@operation(
    "atlas find",
    group=LOOK,
    help="Find where a photo's own activations land on an atlas, and the link that shows it.",
    inputs=(
        Input("atlas", "The atlas, with the stages it was built from.", "atlas"),
        Input("photo", "A file, or sample:chelsea and the like."),
    ),
    out="none",
)
def landings(atlas: str | Path, photo: str | Path, settings: Settings | None = None) -> Result:
    """Where `photo` lands on an atlas as a result: a row for each of the first cells of a layer."""
    rows = [
        {
            "layer": landing.layer,
            "row": row,
            "column": column,
            "positions": count,
            "of": len(landing.places),
            "classes": ", ".join(classes[:3]),
            "link": f"#{_link(landing.layer, row, column, landing.side)}",
        }
        for landing in find_photo(atlas, photo)
        for (row, column), count, classes in landing.cells[:_CELLS_SHOWN]
    ]
    return Result(None, f"{photo} on {atlas}", rows)


def find_photo(atlas: str | Path, photo: str | Path, network: NetworkLike = None) -> list[Landing]:
    """Find where a photo lands on each layer of an atlas.

    Each position of the photo lies at the mean place of the activations nearest to its own, out of at most
    `COMPARED` of those that were collected.

    Args:
        atlas: the atlas's folder.
        photo: file of the photo.
        network: the network that the atlas is of; the one that its settings name if None.

    Returns:
        A landing for each layer.

    Raises:
        PareidoliaError: If the atlas is not whole or was published without its stages, or names a network
            that is code and not trusted (`safety/trust.py`).
        BadPicture: If the photo cannot be read.
    """
    atlas = Path(atlas)
    manifest = read_manifest(atlas)
    settings, folder = read_settings(atlas)
    collected = CollectedActivations(Collection.open(folder))
    if network is None:
        with distrusting(f"the atlas {atlas}"):
            network = as_network(settings)
    network = as_network(network)
    held = collected.collection.manifest["network"]
    other = list(differences(identity(network), {name: held.get(name) for name in identity(network)}))
    if other:
        raise PareidoliaError(
            f"{atlas} was built with another network ({'; '.join(other)}): give that one as network"
        )
    picture = _opened(photo, collected.collection.height_width)
    with preserve_state(network.module), torch.no_grad():
        recorded = network.record(picture, settings.layer)
    landings = []
    before: LayerLayout | None = None
    for entry in manifest.layers:
        layout = LayerLayout(entry.name, collected, settings, StageCache(atlas / STAGES), before)
        before = before or layout
        found = recorded[entry.name].float().cpu()
        vectors = (found.flatten(2)[0].T if found.ndim == 4 else found).numpy()
        places = place_by_neighbors(vectors, *_known(layout, settings.seed), settings.nearness)
        landings.append(_landing(entry, places, read_cells(atlas, entry.grids[-1]), manifest.classes))
    return landings


def _opened(photo: str | Path, height_width: tuple[int, int]) -> Tensor:
    """A photo as those of the collection were seen: its middle at their size, 1×3×H×W."""
    if str(photo).startswith("sample:"):
        return from_uint8([fit_uint8(to_image(as_picture(str(photo))), height_width)])
    return from_uint8([open_uint8(photo, height_width)])


def _known(layout: LayerLayout, seed: int) -> tuple[Array, Array]:
    """Some of the activations of a layer, and their places."""
    count = len(layout.places)
    chosen = np.zeros(count, bool)
    chosen[np.random.default_rng(seed).permutation(count)[:COMPARED]] = True
    parts, start = [], 0
    for piece in layout.collected.vectors(layout.layer):
        parts.append(piece[chosen[start : start + len(piece)]])
        start += len(piece)
    return np.concatenate(parts), layout.places[chosen]


def _landing(entry: LayerEntry, places: Array, cells: Cells, classes: list[str]) -> Landing:
    side = cells.side
    columns, rows = np.minimum((places * side).astype(int), side - 1).T
    named = {
        (row, column): [classes[k] for k in tops]
        for row, column, tops in zip(cells.rows, cells.columns, cells.classes, strict=True)
    }
    counts = Counter(zip(rows.tolist(), columns.tolist(), strict=True)).most_common()
    found = [(place, count, named.get(place, [])) for place, count in counts]
    (row, column), _, _ = found[0]
    return Landing(entry.name, places, found, side, _link(entry.name, row, column, side))


def _link(layer: str, row: int, column: int, side: int) -> str:
    """The view in which a cell of the finest grid is some 60 pixels wide; see viewer/src/look.ts."""
    zoom = np.log2(60 * side / 1024)
    at = f"{(column + 0.5) / side:.4f},{(row + 0.5) / side:.4f},{zoom:.2f}"
    return f"layer={quote(layer)}&at={at}"
