"""What is found out unit by unit, in batches that are kept: here, or as tasks of a Ray cluster."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pareidolia.atlas.stages import StageCache, key_of
from pareidolia.collecting import EngineSettings
from pareidolia.collecting.cluster import map_on_cluster, worker_files, worker_network
from pareidolia.collecting.specs import Arrays
from pareidolia.microscope.connections import unit_classes, unit_connections
from pareidolia.microscope.painting import painted
from pareidolia.microscope.patches import EACH, PERCENTILES, Photos, UnitExamples, sent_back, tiles
from pareidolia.microscope.settings import MicroscopeSettings
from pareidolia.networks import Network, as_network
from pareidolia.networks.padding import Padding
from pareidolia.pictures.folders import PictureFiles
from pareidolia.pictures.rounding import to_uint8
from pareidolia.settings import NetworkSettings, Unit

Batch = tuple[UnitExamples, ...]
# Photos in one pass: a batch costs memory for all activations.
_AT_ONCE = 8


@dataclass(frozen=True)
class LayerJob:
    """What is found out of a layer's units; it can be sent to another machine.

    Attributes:
        network: settings of the network, with absolute paths.
        identity: digests by name that the loaded network must have.
        files: the photos.
        height_width: of each photo as the network sees it.
        layer: its name.
        before: the layer before it; None for the first.
        classes: how many classes the units are attributed to; 0 where they cannot be.
        settings: how.
    """

    network: NetworkSettings
    identity: Mapping[str, str]
    files: PictureFiles
    height_width: tuple[int, int]
    layer: str
    before: str | None
    classes: int
    settings: MicroscopeSettings

    @property
    def photos(self) -> Photos:
        """The photos, opened anew."""
        return Photos(self.files, self.height_width)


def cut_patches(network: Network, job: LayerJob, batch: Batch) -> Arrays:
    """Strongest patches, those about percentiles, and what is sent back from the best one."""
    photos, side = job.photos, job.settings.tile
    field = network.layer(job.layer).receptive_field
    strongest = [tiles(photos, field, each.strongest, side, job.settings.top) for each in batch]
    spread = [
        torch.cat([tiles(photos, field, part, side, EACH) for part in each.spread or [()] * len(PERCENTILES)])
        for each in batch
    ]
    best = [tiles(photos, field, each.strongest, 2 * side, 1) for each in batch]
    active = [number for number, each in enumerate(batch) if each.strongest]
    signals = torch.full((len(batch), 3, 2 * side, 2 * side), 0.5)
    asked = [(batch[number].unit, batch[number].strongest[0]) for number in active]
    signals[active] = sent_back(network, job.layer, asked, photos, 2 * side)
    return {
        "strongest": _levels(torch.stack(strongest)),
        "spread": _levels(torch.stack(spread)),
        "best": _levels(torch.stack([torch.cat(best), signals], dim=1)),
    }


def paint(network: Network, job: LayerJob, batch: Batch) -> Arrays:
    """What each unit responds to, different pictures of it, and what it responds to least."""
    pictures, dead = painted(network, job.layer, [each.unit for each in batch], job.settings)
    return {"painted": _levels(pictures), "dead": dead.numpy()}


def find_uses(network: Network, job: LayerJob, batch: Batch) -> Arrays:
    """Each unit's classes and connections to the layer before, the mean over its strongest photos."""
    photos, shown = job.photos, job.settings.examples
    parts = [(number, each) for number, unit in enumerate(batch) for each in unit.strongest[:shown]]
    units = [Unit(job.layer, batch[number].unit, each.position) for number, each in parts]
    owner = torch.tensor([number for number, _ in parts], dtype=torch.long)
    times = torch.bincount(owner, minlength=len(batch)).clamp(min=1)[:, None]

    def mean(of: Callable[[Sequence[Unit], Tensor], Tensor], columns: int) -> Any:
        found = torch.zeros(len(batch), columns)
        for start in range(0, len(parts), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            pictures = photos.batch([each for _, each in parts[part]])
            found.index_add_(0, owner[part], of(units[part], pictures))
        return (found / times).numpy()

    arrays: Arrays = {}
    if job.classes:
        arrays["classes"] = mean(lambda each, pictures: unit_classes(network, each, pictures), job.classes)
    if (before := job.before) is not None:
        count = network.unit_shape(before)[0]
        arrays["weights"] = mean(
            lambda each, pictures: unit_connections(network, before, each, pictures), count
        )
    return arrays


@dataclass(frozen=True)
class UnitStage:
    """Something that is found out of batches of units.

    Attributes:
        name: in words; also of its files.
        work: gives arrays whose first axis counts the batch's units.
        padding: of the network that works.
        options: names of the settings on which it depends.
    """

    name: str
    work: Callable[[Network, LayerJob, Batch], Arrays]
    padding: Padding
    options: tuple[str, ...]

    def run(
        self,
        network: Network,
        job: LayerJob,
        units: Sequence[UnitExamples],
        cache: StageCache,
        engine: EngineSettings,
    ) -> Iterator[int]:
        """Work on the batches that are not kept yet.

        Args:
            network: the network as it looks.
            job: the layer.
            units: all that are shown.
            cache: keeps what is found.
            engine: where to work.

        Yields:
            The number of units done; first of those kept already.
        """
        wanted = self._batches(job, units)
        missing = {place: batch for place, key, batch in wanted if not cache.has(place, key)}
        keys = {place: key for place, key, _ in wanted}
        yield sum(len(batch) for place, _, batch in wanted if place not in missing)
        if not missing:
            return
        for place, arrays in self._worked(network, job, missing, engine):
            cache.keep(place, keys[place], arrays)
            yield len(missing[place])

    def kept(self, job: LayerJob, units: Sequence[UnitExamples], cache: StageCache) -> Arrays:
        """What was found of all units, one array a name, in the order of `units`."""
        parts = [cache.kept(place, key) or {} for place, key, _ in self._batches(job, units)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _worked(
        self, network: Network, job: LayerJob, missing: Mapping[str, Batch], engine: EngineSettings
    ) -> Iterator[tuple[str, Arrays]]:
        if engine.engine == "ray":
            shared = (self, job, max(1, int(engine.cpus)))
            for (place, _), arrays in map_on_cluster(_worked, shared, missing.items(), engine):
                yield place, arrays
            return
        working = as_network(network, padding=self.padding)
        for place, batch in missing.items():
            yield place, self.work(working, job, batch)

    def _batches(self, job: LayerJob, units: Sequence[UnitExamples]) -> list[tuple[str, str, Batch]]:
        """Place in the cache, key and units of each batch."""
        size, found = job.settings.at_once, []
        for start in range(0, len(units), size):
            batch = tuple(units[start : start + size])
            found.append((f"{job.layer}/{self.name}-{start:06d}", self._key(job, batch), batch))
        return found

    def _key(self, job: LayerJob, batch: Batch) -> str:
        seen = batch if self.work is not paint else tuple(each.unit for each in batch)
        options = job.settings.model_dump(mode="json", include=set(self.options))
        photos = "" if self.work is paint else job.files.digest
        digest = hashlib.sha256(repr(seen).encode()).hexdigest()
        place = (job.layer, job.before, job.classes, job.height_width)
        return key_of(self.name, job.identity, place, photos, options, digest)


def _worked(shared: tuple[UnitStage, LayerJob, int], item: tuple[str, Batch]) -> Arrays:
    """What runs on a worker, with as many threads as CPUs are reserved: their number decides the last bit."""
    stage, job, threads = shared
    torch.set_num_threads(threads)
    if stage.work is not paint:
        job = replace(job, files=worker_files(job.files))
    return stage.work(worker_network(job.network, job.identity, padding=stage.padding), job, item[1])


def _levels(pictures: Tensor) -> Any:
    """Pictures …×3×h×w in [0, 1] as levels …×h×w×3."""
    return to_uint8(pictures).movedim(-3, -1).contiguous().numpy()


PATCHES = UnitStage("patches", cut_patches, "zeros", ("tile", "top"))
PAINTED = UnitStage("painted", paint, "replicate", ("steps", "canvas", "diverse", "seed"))
USES = UnitStage("uses", find_uses, "zeros", ("examples",))
