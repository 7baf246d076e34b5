"""Building an atlas: stage after stage; a finished stage is run again only if what it depends on changed."""

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareidolia.atlas.attribution import class_names
from pareidolia.atlas.collected import CollectedActivations
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
from pareidolia.atlas.kept_settings import SETTINGS, described_photos, kept_description
from pareidolia.atlas.layers import BuildContext, LayerContents
from pareidolia.atlas.mapping import LayerLayout
from pareidolia.atlas.publishing import forget_grid, grids_written, write_manifest
from pareidolia.atlas.settings import AtlasSettings
from pareidolia.atlas.stages import StageCache, key_of
from pareidolia.collecting import Collector, EngineSettings, SampledActivations
from pareidolia.collecting.collection import remove_stale
from pareidolia.collecting.settings import CollectingSettings
from pareidolia.networks import NetworkLike, as_network, identity, network_for
from pareidolia.operations import LOOK, Input, operation
from pareidolia.pictures import find_pictures, write_atomically
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.ownership import ATLAS, GRID, claim, clear
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import clear_leftovers, make_folder
from pareidolia.progress import Progress, Work
from pareidolia.settings import VERSION, PareidoliaError
from pareidolia.settings.default_networks import refuse_judge
from pareidolia.version import __version__

#: Behind the name of a grid's folder that takes the place of one that a finished atlas still shows.
_NEW = ".new"


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

    What stages kept in the folder is used where nothing they depend on changed. A finished atlas there stays
    whole until the new one is.

    Args:
        photos: a folder of photos; its subfolders are labels.
        settings: what is made.
        network: what looks, as `as_network` takes it; None takes what the settings name.
        out: where the atlas goes.
        engine: where photos are looked at and icons painted.
        overwrite: whether a finished atlas of other photos or settings may be replaced.
        resume: nothing needs to be asked for: a build always goes on from what is there.

    Raises:
        PareidoliaError: `out` holds other things, or such an atlas; while iterating, what cannot be laid out,
            and what `Collector` and `as_network` raise.
    """

    def __init__(
        self,
        photos: str | Path,
        settings: AtlasSettings,
        network: NetworkLike = None,
        *,
        out: str | Path,
        engine: EngineSettings | None = None,
        overwrite: bool = False,
        resume: bool = True,
    ) -> None:
        self.out, self.settings = Path(out), AtlasSettings.of(settings)
        self.engine = EngineSettings.of(engine)
        self._given = network
        name = self.settings.network if network is None else getattr(network, "name", network)
        if isinstance(name, str):
            refuse_judge(name)  # before hours of collecting: icons are painted
        self._files = find_pictures(photos)
        self._overwrite = overwrite
        self._check_target()

    def __iter__(self) -> Iterator[Progress]:
        """Collect, lay out, paint, and write; what is done already is not done again.

        Yields:
            Each step of each stage.

        Raises:
            PareidoliaError: another process builds there.
        """
        make_folder(self.out)
        with Lock.of_folder(self.out, by="another build"):
            self._check_target()  # once more: another build may have ended meanwhile
            yield from self._steps()

    def _steps(self) -> Iterator[Progress]:
        _clear_leftovers(self.out)
        collector = self._collector()
        for step in collector:
            yield replace(step, stage="collecting")
        collected, context = CollectedActivations(collector.collection), self._context(collector)
        layers: list[LayerContents] = []
        for number, layer in enumerate(self.settings.layer):
            yield Progress(number, len(self.settings.layer), "laying out")
            before = layers[0].layout if layers else None
            layout = LayerLayout(layer, collected, self.settings, context.stages, before)
            layers.append(LayerContents(layout, context))
        yield Progress(len(layers), len(layers), "laying out")
        for each in layers:
            for stage, counts in each.batched_stages():
                done = stage.total - sum(batch.stop - batch.start for batch in stage.missing)
                for count in counts:
                    done += count
                    yield Progress(done, stage.total, stage.name)
        yield from self._publish(layers, context, collector.collection.folder.name)

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
        """The collector of what is wanted, in a folder named after it."""
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
        folder = self.out / STAGES / f"collection-{wanted[:12]}"
        if not ATLAS.is_ours(self.out):
            self._write_settings(folder.name)  # the mark that the folder is ours, before all else
        return Collector(
            folder, self._files, self.settings.layer, keep, settings, network, engine=self.engine
        )

    def _context(self, collector: Collector) -> BuildContext:
        network = collector.network
        painting = as_network(network, padding=PADDING)
        stages, names = StageCache(self.out / STAGES), class_names(network)
        return BuildContext(stages, network, painting, names, collector.job, self.settings, self.engine)

    def _publish(
        self, layers: list[LayerContents], context: BuildContext, collection: str
    ) -> Iterator[Progress]:
        """Write the grids beside those that a finished atlas shows, then the manifest, which shows them."""
        shown = _shown(self.out)
        total, done = sum(len(each.layout.grids) for each in layers), 0
        entries = []
        for each in layers:
            grids = []
            others = [other.layout for other in layers if other is not each]
            for grid in each.layout.grids:
                contents = each.contents(grid, others)
                home = f"{each.name}/{grid.side}"
                where = home
                if not contents.is_in(self.out / home, context.stages):
                    where = f"{home}{_NEW}" if home in shown else home
                    contents.write(self.out / where, context.stages, self.out / home)
                grids.append(GridEntry(side=grid.side, cells=len(grid), folder=where))
                done += 1
                yield Progress(done, total, "writing")
            points, channels = len(each.layout.places), each.layout.moment.shape[0]
            entries.append(LayerEntry(name=each.name, points=points, channels=channels, grids=grids))
        collected, network = layers[0].layout.collected, _shown_name(context.network.name)
        manifest = Manifest(
            made_by=f"pareidolia {__version__}",
            title=self.settings.title or network,
            network=network,
            photos=collected.photos,
            classes=list(context.class_names),
            labels=list(collected.labels),
            layers=entries,
        )
        self._write_settings(collection)
        write_manifest(self.out, manifest)
        self._remove_stale(shown, manifest, context.stages)
        if any(folder.endswith(_NEW) for folder in _folders(manifest)):
            yield from self._publish(layers, context, collection)  # once more, into the usual folders
            return
        remove_stale(self.out / STAGES / collection, "collection-*")

    def _remove_stale(self, shown: frozenset[str], manifest: Manifest, stages: StageCache) -> None:
        """Remove the grids that the atlas shows no more, and those that a stopped build left."""
        now = _folders(manifest)
        for folder in (shown | grids_written(stages)) - now:
            clear(self.out / folder, GRID)
            forget_grid(self.out / folder, stages)
            with suppress(OSError):  # other grids are there
                (self.out / folder).parent.rmdir()

    def _check_target(self) -> None:
        claim(self.out, ATLAS)
        if not (self.out / MANIFEST).exists():
            return
        for layer in read_manifest(self.out).layers:
            for grid in layer.grids:
                grid_folder(self.out, grid)  # refuses links that lead out of it
        if not self._overwrite and _compared(kept_description(self.out)) != _compared(self._description()):
            raise PareidoliaError(
                f"{self.out} holds an atlas of other photos or settings: "
                "--overwrite rebuilds what differs, or name another folder"
            )

    def _description(self) -> dict[str, Any]:
        """What is made, as `stages/settings.json` holds it."""
        return {
            "version": VERSION,
            **described_photos(self._files.folder, self.out),
            "settings": self.settings.model_dump(mode="json"),
        }

    def _write_settings(self, collection: str) -> None:
        description = {**self._description(), "collection": collection}
        make_folder(self.out / STAGES)
        with write_atomically(self.out / STAGES / SETTINGS) as file:
            file.write(json.dumps(description, indent=1).encode())


def _shown_name(network: str) -> str:
    """A network's name for visitors: of a file its name alone."""
    home, colon, factory = network.rpartition(":")
    return f"{Path(home).name}{colon}{factory}" if home.endswith(".py") else network


def _compared(description: Mapping[str, Any]) -> dict[str, Any]:
    """What decides whether an atlas is of the same photos and settings."""
    return {key: value for key, value in description.items() if key not in ("collection", "photos")}


def _folders(manifest: Manifest) -> frozenset[str]:
    return frozenset(grid.folder for layer in manifest.layers for grid in layer.grids)


def _shown(atlas: Path) -> frozenset[str]:
    """The folders of the grids that a finished atlas shows; none where there is none."""
    return _folders(read_manifest(atlas)) if (atlas / MANIFEST).exists() else frozenset()


def _clear_leftovers(atlas: Path) -> None:
    """Delete what a killed build left half written."""
    for folder in [atlas, *(path for path in atlas.rglob("*") if path.is_dir() and not path.is_symlink())]:
        clear_leftovers(folder)
