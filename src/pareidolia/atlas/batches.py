"""Stages of many parts: icons and class attributions are kept in batches, so that a stop loses few."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from pareidolia.atlas.attribution import class_attribution
from pareidolia.atlas.collected import CollectedActivations
from pareidolia.atlas.icons import IconJob, paint_icons
from pareidolia.atlas.stages import StageCache, key_of
from pareidolia.collecting import EngineSettings
from pareidolia.collecting.specs import Array
from pareidolia.networks import Network
from pareidolia.pictures import from_uint8, open_uint8

#: Activations whose class attributions are kept in one file.
ATTRIBUTION_BATCH = 256
#: Photos in one forward pass for them.
AT_ONCE = 16


@dataclass(frozen=True)
class StageBatch:
    """Some consecutive parts of a stage, kept in one file.

    Attributes:
        name: of the file.
        key: digest of what the batch was made from.
        start: its first part.
        stop: the part after its last.
    """

    name: str
    key: str
    start: int
    stop: int


@dataclass(frozen=True)
class CachedStage:
    """A stage whose result, an array of one entry a part, is kept in batches."""

    name: str
    stages: StageCache
    batches: Sequence[StageBatch]

    @property
    def missing(self) -> list[StageBatch]:
        """The batches that are not kept yet."""
        return [batch for batch in self.batches if not self.stages.has(batch.name, batch.key)]

    @property
    def total(self) -> int:
        """How many parts there are."""
        return self.batches[-1].stop

    def keep(self, batch: StageBatch, values: Array) -> None:
        """Keep what a batch gave."""
        self.stages.keep(batch.name, batch.key, {"values": values})

    def values(self) -> Array:
        """The whole result; every batch must have been kept."""
        parts = [self.stages.kept(batch.name, batch.key) for batch in self.batches]
        return np.concatenate([part["values"] for part in parts if part is not None])


def icon_stage(stages: StageCache, name: str, place: str, job: IconJob, wanted: Array) -> CachedStage:
    """The icons of a layer's cells as a stage. A batch stays valid as long as its own directions do.

    Args:
        stages: the folder that keeps it.
        name: of the stage.
        place: prefix of the batches' files.
        job: how icons are painted.
        wanted: directions in activation space, N×C.

    Returns:
        A stage whose result is N×size×size×3.
    """
    cuts = _cuts(len(wanted), job.settings.icons_at_once)
    batches = [
        StageBatch(f"{place}/{start:06d}", job.key(wanted[start:stop]), start, stop) for start, stop in cuts
    ]
    return CachedStage(name, stages, batches)


def paint_missing(
    stage: CachedStage, network: Network, job: IconJob, wanted: Array, engine: EngineSettings
) -> Iterator[int]:
    """Paint the batches that are missing, on this machine or on a cluster.

    Args:
        stage: an `icon_stage`.
        network: the network as it paints.
        job: how icons are painted.
        wanted: directions, N×C.
        engine: where to paint.

    Yields:
        The number of icons in each batch.
    """
    parts = {batch.start: batch for batch in stage.missing}
    if engine.engine == "ray":
        from pareidolia.atlas.cluster import paint_on_cluster

        painted = paint_on_cluster(
            job, {start: wanted[start : each.stop] for start, each in parts.items()}, engine
        )
    else:
        painted = (
            (start, paint_icons(network, job, wanted[start : each.stop])) for start, each in parts.items()
        )
    for start, icons in painted:
        stage.keep(parts[start], icons)
        yield len(icons)


def attribution_stage(
    stages: StageCache, name: str, place: str, collected: CollectedActivations, points: Array
) -> CachedStage:
    """The class attributions of chosen activations as a stage.

    Args:
        stages: the folder that keeps it.
        name: of the stage.
        place: prefix of the batches' files.
        collected: the activations.
        points: numbers of the chosen activations, rising.

    Returns:
        A stage whose result is N×K.
    """
    batches = []
    for start, stop in _cuts(len(points), ATTRIBUTION_BATCH):
        digest = hashlib.sha256(points[start:stop].tobytes()).hexdigest()
        key = key_of("attribution", collected.key, place, digest)
        batches.append(StageBatch(f"{place}/{start:06d}", key, start, stop))
    return CachedStage(name, stages, batches)


def attribute_missing(
    stage: CachedStage, network: Network, layer: str, collected: CollectedActivations, points: Array
) -> Iterator[int]:
    """Compute the batches that are missing.

    Args:
        stage: an `attribution_stage`.
        network: the network.
        layer: name of the layer.
        collected: the activations.
        points: numbers of the chosen activations, rising.

    Yields:
        The number of activations in each batch.
    """
    positions = torch.from_numpy(collected.positions(layer))
    for batch in stage.missing:
        chosen = points[batch.start : batch.stop]
        found = [
            _attributed(network, layer, collected, positions, chosen[start:stop])
            for start, stop in _cuts(len(chosen), AT_ONCE)
        ]
        stage.keep(batch, np.concatenate(found))
        yield batch.stop - batch.start


def _attributed(
    network: Network, layer: str, collected: CollectedActivations, positions: torch.Tensor, points: Array
) -> Array:
    collection = collected.collection
    photos = collected.pictures[points]
    levels = {
        int(photo): open_uint8(collection.files.path(int(photo)), collection.height_width)
        for photo in np.unique(photos)
    }
    pictures = from_uint8([levels[int(photo)] for photo in photos])
    found: Array = class_attribution(network, layer, pictures, positions[points]).float().cpu().numpy()
    return found


def _cuts(count: int, size: int) -> list[tuple[int, int]]:
    return [(start, min(start + size, count)) for start in range(0, count, size)]
