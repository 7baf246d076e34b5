"""Building an atlas: stage after stage, each kept and not run again while what it depends on stays."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareidolia.atlas.attribution import class_names
from pareidolia.atlas.collected import Collected
from pareidolia.atlas.format import (
    MANIFEST,
    STAGES,
    GridEntry,
    LayerEntry,
    Manifest,
    grid_folder,
    read_manifest,
)
from pareidolia.atlas.icons import PADDING
from pareidolia.atlas.layers import LayerAtlas, Tools
from pareidolia.atlas.mapping import LayerMap
from pareidolia.atlas.publishing import write_manifest
from pareidolia.atlas.settings import AtlasSettings
from pareidolia.atlas.stages import Stages, key_of
from pareidolia.collecting import Collector, EngineSettings, SampledActivations
from pareidolia.collecting.settings import CollectingSettings
from pareidolia.networks import Network, identity, network_for
from pareidolia.operations import LOOK, Input, operation
from pareidolia.pictures import find_pictures, write_atomically
from pareidolia.pictures.ownership import ATLAS, COLLECTION, GRID, claim, clear
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import make_folder
from pareidolia.progress import Progress, Work
from pareidolia.safety import require_file
from pareidolia.settings import VERSION, PareidoliaError, migrate
from pareidolia.version import __version__

SETTINGS = "settings.json"


@operation(
    "atlas build",
    group=LOOK,
    help="Make an atlas of a folder of photos; what is done already is not done again.",
    settings=AtlasSettings,
    inputs=(Input("photos", "A folder; its subfolders become labels.", "photos"),),
    proceeds="in a folder",
    out="folder",
    options={"engine": EngineSettings},
    network=True,
)
class AtlasBuilding(Work):
    """An atlas being built: iterate over it to the end. A stop loses at most a chunk or batch under way.

    Args:
        photos: a folder of photos; its subfolders are labels.
        settings: what is made.
        network: the network that looks; by default the one the settings name.
        out: where the atlas goes. What stages kept there is used where nothing they depend on changed.
        engine: where photos are looked at and icons painted.
        overwrite: whether a finished atlas of other photos or settings may be replaced.
        resume: nothing needs to be asked for: a build always goes on from what is there.

    Raises PareidoliaError where `out` holds other things, or such an atlas; while iterating, for what cannot
    be laid out, and what `Collector` and `load_network` raise.
    """

    def __init__(
        self,
        photos: str | Path,
        settings: AtlasSettings,
        network: Network | None = None,
        *,
        out: str | Path,
        engine: EngineSettings | None = None,
        overwrite: bool = False,
        resume: bool = True,
    ) -> None:
        self.out, self.settings, self._given = Path(out), settings, network
        self.engine = engine or EngineSettings()
        self._files = find_pictures(photos)
        self._check_target(overwrite)

    def __iter__(self) -> Iterator[Progress]:
        collector = self._collector()
        for step in collector:
            yield replace(step, stage="collecting")
        self._write_settings()
        collected, tools = Collected(collector.collection), self._tools(collector)
        layers: list[LayerAtlas] = []
        for number, layer in enumerate(self.settings.layer):
            yield Progress(number, len(self.settings.layer), "laying out")
            before = layers[0].map if layers else None
            layers.append(LayerAtlas(LayerMap(layer, collected, self.settings, tools.stages, before), tools))
        yield Progress(len(layers), len(layers), "laying out")
        for each in layers:
            for stage, counts in each.batched_stages():
                done = stage.total - sum(batch.stop - batch.start for batch in stage.missing)
                for count in counts:
                    done += count
                    yield Progress(done, stage.total, stage.name)
        yield from self._publish(layers, tools)

    @property
    def result(self) -> Result:
        """How many icons of how many photos; after the last step."""
        manifest = read_manifest(self.out)
        icons = sum(grid.cells for layer in manifest.layers for grid in layer.grids)
        rows = [
            {"layer": each.name, "points": each.points, "icons": sum(grid.cells for grid in each.grids)}
            for each in manifest.layers
        ]
        caption = f"{icons} icons of {manifest.photos} photos; pareidolia atlas view {self.out} shows it"
        return Result(None, caption, rows)

    def _collector(self) -> Collector:
        """The collector of what is wanted; what was collected for other settings goes."""
        settings = self.settings.part(CollectingSettings)
        chosen = self.settings
        keep = SampledActivations(count=chosen.positions, border=chosen.border, seed=chosen.seed)
        network = network_for(settings, self._given)
        wanted = key_of(
            "collecting",
            settings.model_dump(exclude={"device"}),
            keep.model_dump(),
            self.settings.layer,
            self._files.digest,
            identity(network),
        )
        if not ATLAS.is_ours(self.out):
            self._write_settings()  # the mark that the folder is ours, before anything else is in it
        folder = self.out / STAGES / f"collection-{wanted[:12]}"
        collector = Collector(
            folder, self._files, self.settings.layer, keep, settings, self.engine, network=network
        )
        for stale in folder.parent.glob("collection-*"):
            if stale != folder:
                clear(stale, COLLECTION)
        return collector

    def _tools(self, collector: Collector) -> Tools:
        painter = network_for(collector.job.network, self._given, padding=PADDING)
        names = class_names(collector.network)
        stages = Stages(self.out / STAGES)
        return Tools(stages, collector.network, painter, names, collector.job, self.settings, self.engine)

    def _publish(self, layers: list[LayerAtlas], tools: Tools) -> Iterator[Progress]:
        before = read_manifest(self.out) if (self.out / MANIFEST).exists() else None
        (self.out / MANIFEST).unlink(missing_ok=True)
        total, done = sum(len(each.map.grids) for each in layers), 0
        entries = []
        for each in layers:
            grids = []
            for grid in each.map.grids:
                entry = GridEntry(side=grid.side, cells=len(grid), folder=f"{each.name}/{grid.side}")
                where = grid_folder(self.out, entry)
                each.write(where, grid, [other.map for other in layers if other is not each])
                grids.append(entry)
                done += 1
                yield Progress(done, total, "writing")
            points, channels = len(each.map.places), each.map.moment.shape[0]
            entries.append(LayerEntry(name=each.name, points=points, channels=channels, grids=grids))
        collected = layers[0].map.collected
        manifest = Manifest(
            made_by=f"pareidolia {__version__}",
            title=self.settings.title or tools.network.name,
            network=tools.network.name,
            photos=collected.photos,
            classes=list(tools.class_names),
            labels=list(collected.labels),
            layers=entries,
        )
        write_manifest(self.out, manifest)
        if before is not None:
            _remove_stale(self.out, before, manifest)

    def _check_target(self, overwrite: bool) -> None:
        claim(self.out, ATLAS)
        if not (self.out / MANIFEST).exists():
            return
        for layer in read_manifest(self.out).layers:
            for grid in layer.grids:
                grid_folder(self.out, grid)
        held = self.out / STAGES / SETTINGS
        if not overwrite and not _holds(held, self._record()):
            raise PareidoliaError(
                f"{self.out} holds an atlas of other photos or settings: "
                "--overwrite rebuilds what differs, or name another folder"
            )

    def _record(self) -> dict[str, Any]:
        """What is made, as `stages/settings.json` holds it."""
        photos = str(self._files.folder.absolute())
        return {"version": VERSION, "photos": photos, "settings": self.settings.model_dump(mode="json")}

    def _write_settings(self) -> None:
        make_folder(self.out / STAGES)
        with write_atomically(self.out / STAGES / SETTINGS) as file:
            file.write(json.dumps(self._record(), indent=1).encode())


def read_settings(atlas: Path) -> AtlasSettings:
    """The settings that an atlas was built with.

    Raises PareidoliaError where its stages are gone, as from one that was published without them.
    """
    path = atlas / STAGES / SETTINGS
    try:
        return AtlasSettings.model_validate(_read(path)["settings"])
    except FileNotFoundError as error:
        raise PareidoliaError(
            f"{atlas} has no {STAGES}: it was published without what it was built from; build it here"
        ) from error
    except (ValueError, KeyError, TypeError) as error:
        raise PareidoliaError(f"{path} is broken: build the atlas once more") from error


def _read(path: Path) -> dict[str, Any]:
    """A record of any version, as this one writes it; ValueError or TypeError where it is broken."""
    if path.exists():
        require_file(path)
    record = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(record, dict):
        raise ValueError(f"{path} holds no record")
    return migrate(record)


def _holds(path: Path, record: dict[str, Any]) -> bool:
    try:
        return _read(path) == record
    except (OSError, ValueError):
        return False


def _remove_stale(atlas: Path, before: Manifest, now: Manifest) -> None:
    """Remove the grids that the atlas no longer has."""
    kept = {grid.folder for layer in now.layers for grid in layer.grids}
    for layer in before.layers:
        for grid in layer.grids:
            if grid.folder not in kept:
                clear(grid_folder(atlas, grid), GRID)
