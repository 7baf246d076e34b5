"""Every unit's answer to every photo, and what is read from that: strongest, middling, alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from pareidolia.collecting import Accumulator, Collection, begin_accumulator
from pareidolia.collecting.specs import Array, Arrays
from pareidolia.networks import Network
from pareidolia.settings import PareidoliaError, Settings


class UnitAnswers(Settings):
    """Keep every unit's strongest activation on every picture, and where it was.

    It stands here, not among the settings: a worker that is sent one imports this module, which registers its
    accumulator.
    """

    form: ClassVar[str] = "Answers"
    """What manifests call it."""


class UnitAnswersAccumulator:
    """The answers to one chunk; see `Accumulator`."""

    def __init__(self, network: Network, layers: Mapping[str, tuple[int, ...]]) -> None:
        self._network, self._layers = network, tuple(layers)
        self._parts: list[Arrays] = []

    def add(self, pictures: Tensor, numbers: Array) -> Array:
        """Keep each unit's maximum over positions, and the first position that has it."""
        recorded = self._network.record(pictures, self._layers)
        strongest = {name: maps.reshape(*maps.shape[:2], -1).max(dim=2) for name, maps in recorded.items()}
        finite = torch.stack([each.values.isfinite().all(dim=1) for each in strongest.values()]).all(dim=0)
        kept: Array = finite.cpu().numpy()
        part: Arrays = {"pictures": numbers[kept]}
        for name, (values, positions) in strongest.items():
            part[f"{name}/values"] = values.float().cpu().numpy()[kept]
            part[f"{name}/positions"] = positions.to(torch.int32).cpu().numpy()[kept]
        self._parts.append(part)
        return kept

    def arrays(self) -> Arrays:
        """Numbers of the pictures, and for each layer values and positions."""
        if not self._parts:
            return {}
        return {key: np.concatenate([part[key] for part in self._parts]) for key in self._parts[0]}


@begin_accumulator.register
def _(spec: UnitAnswers, network: Network, layers: Mapping[str, tuple[int, ...]]) -> Accumulator:
    return UnitAnswersAccumulator(network, layers)


@dataclass(frozen=True)
class LayerAnswers:
    """The answers of a layer's C units to M photos, in the order of the photos.

    A unit's *answer* to a photo is its largest activation over all positions.

    Attributes:
        shape: of the layer's output for one photo.
        pictures: M int64, numbers of the photos in the folder.
        values: M×C float32.
        positions: M×C int32, row · W + column in the unit's map; 0 if the layer has no rows and columns.
    """

    shape: tuple[int, ...]
    pictures: Array
    values: Array
    positions: Array

    def strongest(self, unit: int, top: int) -> Array:
        """The places in `pictures` of a unit's strongest answers that are not 0, strongest first."""
        order = np.argsort(-self.values[:, unit], kind="stable")[:top]
        found: Array = order[self.values[order, unit] != 0]
        return found

    def around(self, unit: int, percentile: float, count: int) -> Array:
        """The places of `count` answers about a percentile of all, strongest first; fewer of fewer photos.

        Args:
            unit: the channel.
            percentile: from 0, the weakest, to 100.
            count: how many.

        Returns:
            Up to `count` places in `pictures`.
        """
        order = np.argsort(-self.values[:, unit], kind="stable")
        last = max(0, len(order) - count)
        middle = (1 - percentile / 100) * (len(order) - 1)
        first = min(max(0, round(middle - (count - 1) / 2)), last)
        found: Array = order[first : first + count]
        return found

    def position(self, place: int, unit: int) -> tuple[int, int] | None:
        """Row and column of an answer; None if the layer has no rows and columns."""
        if len(self.shape) != 3:
            return None
        row, column = divmod(int(self.positions[place, unit]), self.shape[2])
        return row, column

    @cached_property
    def silent(self) -> Array:
        """C bools: whether a unit's answer is the same to every photo."""
        same: Array = (self.values == self.values[:1]).all(axis=0)
        return same

    @cached_property
    def share(self) -> Array:
        """C float64: the share of photos to which a unit's answer is above 0."""
        found: Array = (self.values > 0).mean(axis=0)
        return found

    @cached_property
    def sparseness(self) -> Array:
        """C float64: lifetime sparseness, 0 for equal answers to 1 for an answer to one photo alone.

        (1 − ⟨r⟩² / ⟨r²⟩) / (1 − 1/M), Vinje and Gallant (2000), of answers above 0; 0 where there are none.
        """
        rates = self.values.clip(min=0).astype(np.float64)
        square = (rates**2).mean(axis=0)
        ratio = rates.mean(axis=0) ** 2 / np.where(square > 0, square, 1)
        most = 1 - 1 / len(rates)
        found: Array = np.where((square > 0) & (most > 0), (1 - ratio) / (most or 1), 0.0)
        return found

    def histogram(self, unit: int, bins: int) -> tuple[Array, float, float]:
        """How many answers lie in each of `bins` equal ranges, and the ends of the first and the last."""
        answers = self.values[:, unit]
        low, high = float(min(0.0, answers.min())), float(max(0.0, answers.max()))
        counts, _ = np.histogram(answers, bins, (low, high if high > low else low + 1))
        return counts, low, high

    @cached_property
    def likeness(self) -> Array:
        """C×C float32: the correlation of two units' answers over the photos; 0 with a silent one."""
        centered = self.values - self.values.mean(axis=0, dtype=np.float64).astype(np.float32)
        norms = np.linalg.norm(centered, axis=0)
        scaled = np.where(self.silent, 0, centered / np.where(norms > 0, norms, 1))
        found: Array = scaled.T @ scaled
        return found

    def nearest(self, unit: int, count: int) -> list[tuple[int, float]]:
        """The units whose answers correlate most with a unit's, and the correlation; never a silent one."""
        if self.silent[unit]:
            return []
        row = np.where(self.silent, -np.inf, self.likeness[unit])
        row[unit] = -np.inf
        order = np.argsort(-row, kind="stable")[:count]
        return [(int(other), float(row[other])) for other in order if np.isfinite(row[other])]


def read_answers(collection: Collection, layer: str) -> LayerAnswers:
    """Read a layer's answers over the whole folder.

    Args:
        collection: a collection that kept `UnitAnswers`.
        layer: the layer's name.

    Returns:
        The answers.

    Raises:
        PareidoliaError: no picture could be used, or a shard is missing.
    """
    names = {"pictures": "pictures", "values": f"{layer}/values", "positions": f"{layer}/positions"}
    parts = [shard for shard in collection.shards() if "pictures" in shard and len(shard["pictures"])]
    if not parts:
        why = next(iter(collection.skipped().values()), "there is none")
        raise PareidoliaError(f"not one picture of {collection.files.folder} could be used: {why}")
    arrays = {key: np.concatenate([part[name] for part in parts]) for key, name in names.items()}
    return LayerAnswers(collection.shapes[layer], **arrays)
