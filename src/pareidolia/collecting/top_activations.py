"""The strongest activations of every unit: a streaming top-k in which each entry is from another picture.

Zeiler and Fergus (2014), figure 2, show the nine strongest activations of a feature map over a validation set
with the patches that caused them. A picture enters a unit's ranking once, at its strongest position. Equal
activations stand in the order of the pictures' numbers; within a picture the first position, row by row,
counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
import torch
from torch import Tensor

from pareidolia.collecting.settings import TopActivations
from pareidolia.collecting.specs import Accumulator, Array, Arrays, begin_accumulator
from pareidolia.networks import Network

if TYPE_CHECKING:
    from pareidolia.collecting.collection import Collection

NOBODY = -1


@dataclass(frozen=True)
class Ranking:
    """The k strongest activations of each of a layer's C units, strongest first.

    An empty entry has value −∞ and picture −1.

    Attributes:
        shape: of the layer's output for one picture.
        values: C×k float32.
        pictures: C×k int64, numbers in the folder.
        positions: C×k int32, row · W + column in the unit's map; 0 if the layer has no rows and columns.
    """

    shape: tuple[int, ...]
    values: Array
    pictures: Array
    positions: Array

    @classmethod
    def empty(cls, shape: tuple[int, ...], top: int) -> Self:
        """A ranking in which every entry is empty.

        Args:
            shape: of the layer's output for one picture.
            top: k, the number of entries a unit.

        Returns:
            The ranking.
        """
        size = (shape[0], top)
        values = np.full(size, -np.inf, np.float32)
        return cls(shape, values, np.full(size, NOBODY, np.int64), np.zeros(size, np.int32))

    def merged(self, other: "Ranking") -> "Ranking":
        """The strongest of both rankings, as many as this one has entries; associative in any order."""
        values, pictures, positions = (
            np.concatenate([getattr(self, name), getattr(other, name)], axis=1)
            for name in ("values", "pictures", "positions")
        )
        # Empty places come last among their equals, which −∞ alone can be.
        number = np.where(pictures == NOBODY, np.iinfo(np.int64).max, pictures)
        order = np.lexsort((number, -values), axis=1)[:, : self.values.shape[1]]
        kept = [np.take_along_axis(each, order, axis=1) for each in (values, pictures, positions)]
        return Ranking(self.shape, *kept)

    def position(self, unit: int, place: int) -> tuple[int, int] | None:
        """Row and column of one entry of a unit's ranking; None if the layer has no rows and columns."""
        if len(self.shape) != 3:
            return None
        row, column = divmod(int(self.positions[unit, place]), self.shape[2])
        return row, column

    def arrays(self, layer: str) -> Arrays:
        """Its arrays under the names they have in a shard."""
        return {f"{layer}/{name}": getattr(self, name) for name in ("values", "pictures", "positions")}


class TopActivationsAccumulator:
    """The running top-k of one chunk; see `Accumulator`. It takes as much memory as the ranking."""

    def __init__(self, spec: TopActivations, network: Network, layers: Mapping[str, tuple[int, ...]]) -> None:
        self.network = network
        self._rankings = {name: Ranking.empty(shape, spec.top) for name, shape in layers.items()}

    @property
    def layers(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self._rankings)

    def ranked(self, pictures: Tensor) -> dict[str, Tensor]:
        """By layer what is ranked at all places, N×C×h×w or N×C: the activations."""
        return self.network.record(pictures, self.layers)

    def add(self, pictures: Tensor, numbers: Array) -> Array:
        """Rank the pictures' strongest places."""
        ranked = self.ranked(pictures)
        maps = {name: each.reshape(*each.shape[:2], -1) for name, each in ranked.items()}
        best = {name: each.amax(dim=2) for name, each in maps.items()}
        sound = torch.stack([each.isfinite().all(dim=1) for each in best.values()]).all(dim=0)
        kept: Array = sound.cpu().numpy()
        for name, ranking in self._rankings.items():
            # Indexing copies the maps, so only where something is left out.
            chosen = slice(None) if bool(sound.all()) else sound
            found = _found(ranking, maps[name][chosen], best[name][chosen], numbers[kept])
            self._rankings[name] = ranking.merged(found)
        return kept

    def arrays(self) -> Arrays:
        """Values, pictures and positions of each layer."""
        return {
            key: array
            for name, ranking in self._rankings.items()
            for key, array in ranking.arrays(name).items()
        }


@begin_accumulator.register
def _(spec: TopActivations, network: Network, layers: Mapping[str, tuple[int, ...]]) -> Accumulator:
    return TopActivationsAccumulator(spec, network, layers)


def _found(ranking: Ranking, maps: Tensor, best: Tensor, numbers: Array) -> Ranking:
    """What a batch could add to `ranking`: maps N×C×positions, their maxima N×C, the pictures' numbers N.

    The position of a maximum is looked up only if it can enter; the others keep position 0.
    """
    weakest = torch.from_numpy(ranking.values[:, -1]).to(best)
    entering = best > weakest
    positions = torch.zeros(best.shape, dtype=torch.int32, device=best.device)
    # max, not argmax: of equal values it promises the first.
    positions[entering] = maps[entering].max(dim=1).indices.to(torch.int32)
    return Ranking(
        ranking.shape,
        best.T.float().cpu().numpy(),
        np.broadcast_to(numbers, (best.shape[1], len(numbers))),
        positions.T.cpu().numpy(),
    )


def read_ranking(collection: "Collection", layer: str) -> Ranking:
    """A layer's ranking over the whole folder, from the shards of a collection of `TopActivations`."""
    total: Ranking | None = None
    for shard in collection.shards():
        arrays = [shard[f"{layer}/{name}"] for name in ("values", "pictures", "positions")]
        part = Ranking(collection.shapes[layer], *arrays)
        total = part if total is None else total.merged(part)
    assert total is not None, "a collection has at least one chunk"
    return total
