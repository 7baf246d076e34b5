"""Activations at positions drawn at random: what an activation atlas is made of (Carter et al. 2019)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

from pareidolia.collecting.settings import SampledActivations
from pareidolia.collecting.specs import Accumulator, Array, Arrays, begin_accumulator
from pareidolia.networks import Network
from pareidolia.settings import PareidoliaError

if TYPE_CHECKING:
    from pareidolia.collecting.collection import Collection


@dataclass(frozen=True)
class ActivationSamples:
    """M activations of one layer, in the order of the pictures.

    Attributes:
        vectors: M×C, float32 or float16.
        pictures: M int64, numbers in the folder.
        positions: M×2 int32, row and column in the layer's map; (0, 0) if it has none.
        points: M×2 float32, where in the picture each position was drawn, as (down, right) from 0 to 1; the
            same for all layers of a collection.
    """

    vectors: Array
    pictures: Array
    positions: Array
    points: Array


class SampledActivationsAccumulator:
    """The sampled activations of one chunk; see `Accumulator`."""

    def __init__(
        self, spec: SampledActivations, network: Network, layers: Mapping[str, tuple[int, ...]]
    ) -> None:
        self._spec, self._network = spec, network
        self._grids = {name: _grid(shape) for name, shape in layers.items()}
        self._parts: list[Arrays] = []

    def add(self, pictures: Tensor, numbers: Array) -> Array:
        """Keep the vectors at each picture's own points."""
        recorded = self._network.record(pictures, self._grids)
        coarsest = min(self._grids.values(), key=lambda grid: grid[0] * grid[1])
        points = np.stack([draw_points(self._spec, int(number), coarsest) for number in numbers])
        part: Arrays = {"points": points.reshape(-1, 2), "pictures": np.repeat(numbers, points.shape[1])}
        finite = np.ones(len(numbers), bool)
        for name, maps in recorded.items():
            positions = (points * self._grids[name]).astype(np.int32)
            vectors = _vectors_at(maps, positions)
            finite &= np.isfinite(vectors).all(axis=(1, 2))
            part[f"{name}/vectors"] = self._stored(vectors).reshape(-1, vectors.shape[2])
            part[f"{name}/positions"] = positions.reshape(-1, 2)
        kept = np.repeat(finite, points.shape[1])
        self._parts.append({key: array[kept] for key, array in part.items()})
        return finite

    def _stored(self, vectors: Array) -> Array:
        if self._spec.precision == "float32":
            return vectors
        largest = np.finfo(np.float16).max
        return vectors.clip(-largest, largest).astype(np.float16)

    def arrays(self) -> Arrays:
        """Points and pictures, and for each layer vectors and positions."""
        if not self._parts:
            return {}
        return {key: np.concatenate([part[key] for part in self._parts]) for key in self._parts[0]}


@begin_accumulator.register
def _(spec: SampledActivations, network: Network, layers: Mapping[str, tuple[int, ...]]) -> Accumulator:
    return SampledActivationsAccumulator(spec, network, layers)


def _grid(shape: tuple[int, ...]) -> tuple[int, int]:
    """Rows and columns of a layer's output; 1 and 1 if it has none."""
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)


def draw_points(spec: SampledActivations, number: int, grid: tuple[int, int]) -> Array:
    """Draw random points in one picture; a function of (seed, number) alone, whatever the batches and chunks.

    Each point lies in another cell of `grid`, uniformly; if there are fewer cells, each cell has one point.
    `spec.border` rings of cells are left out, or as many as leave enough cells.

    Args:
        spec: how many points, the border and the seed.
        number: the picture's number in the folder.
        grid: rows and columns.

    Returns:
        `spec.count`×2 float32, (down, right) in [0, 1)².
    """
    random = np.random.Generator(np.random.Philox(key=[spec.seed, number]))
    rows, columns = grid
    rings = _rings_left_out(spec, grid)
    inner = (rows - 2 * rings, columns - 2 * rings)
    cells = random.permutation(inner[0] * inner[1])[: spec.count]
    corners = rings + np.stack([cells // inner[1], cells % inner[1]], axis=1)
    # Rounding to float32 may reach 1, which lies outside.
    within = np.nextafter(np.float32(1), np.float32(0))
    points = (corners + random.random((len(cells), 2))) / (rows, columns)
    return np.minimum(points.astype(np.float32), within)


def _rings_left_out(spec: SampledActivations, grid: tuple[int, int]) -> int:
    rings = spec.border
    while rings and (min(grid) <= 2 * rings or (grid[0] - 2 * rings) * (grid[1] - 2 * rings) < spec.count):
        rings -= 1
    return rings


def _vectors_at(maps: Tensor, positions: Array) -> Array:
    """The columns of maps N×C×H×W (or N×C) at positions N×P×2, as N×P×C float32."""
    if maps.ndim == 2:
        maps = maps[..., None, None]
    rows, columns = torch.from_numpy(positions).long().to(maps.device).unbind(dim=2)
    pictures = torch.arange(len(maps), device=maps.device)[:, None]
    vectors = maps.permute(0, 2, 3, 1)[pictures, rows, columns]
    found: Array = vectors.float().cpu().numpy()
    return found


def read_samples(collection: "Collection", layer: str) -> ActivationSamples:
    """Read all sampled activations of a layer.

    Args:
        collection: a collection that kept `SampledActivations`.
        layer: the layer's name.

    Returns:
        The activations, in the order of the pictures.

    Raises:
        PareidoliaError: If no picture could be read, or a shard is missing.
    """
    names = {"vectors": f"{layer}/vectors", "pictures": "pictures", "positions": f"{layer}/positions"}
    names["points"] = "points"
    parts = [shard for shard in collection.shards() if names["vectors"] in shard]
    if not parts:
        raise PareidoliaError(f"not one picture of {collection.folder} could be used")
    return ActivationSamples(
        **{key: np.concatenate([part[name] for part in parts]) for key, name in names.items()}
    )
