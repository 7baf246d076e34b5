"""Building a microscope's site stage by stage; one runs again only if what it depends on changed."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareidolia.atlas.attribution import class_names
from pareidolia.atlas.stages import StageCache, key_of
from pareidolia.collecting import CollectingSettings, Collector, EngineSettings
from pareidolia.collecting.collection import remove_stale
from pareidolia.collecting.specs import Arrays
from pareidolia.microscope.answers import UnitAnswers, read_answers
from pareidolia.microscope.connections import neighbors
from pareidolia.microscope.format import MANIFEST, STAGES, Site
from pareidolia.microscope.layers import SHOWN, default_layers, no_classes, tuning_curves
from pareidolia.microscope.pages import LayerFindings, LayerPages, write_top
from pareidolia.microscope.patches import UnitExamples, choose_examples
from pareidolia.microscope.settings import MicroscopeSettings
from pareidolia.microscope.units import PAINTED, PATCHES, USES, LayerJob, UnitStage
from pareidolia.networks import NetworkLike, identity, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import FOLDER
from pareidolia.pictures import find_pictures, write_atomically
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.ownership import MICROSCOPE, MICROSCOPE_FORMAT, claim, clear, read_mark
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import clear_leftovers, make_folder
from pareidolia.progress import Progress, Work
from pareidolia.settings import VERSION, PareidoliaError
from pareidolia.settings.default_networks import refuse_judge
from pareidolia.settings.numbers import read_numbers
from pareidolia.settings.wording import counted
from pareidolia.version import __version__

SETTINGS = "settings.json"


@operation(
    "microscope",
    group=LOOK,
    help="Make a site with a page for every unit of a network: what it responds to, and what it is used for.",
    settings=MicroscopeSettings,
    inputs=(FOLDER,),
    proceeds="in a folder",
    out="folder",
    options={"engine": EngineSettings},
    network=True,
)
class Microscope(Work):
    """A site being built: iterate over it to the end. A stop loses at most a chunk or batch under way.

    What stages kept in the folder is used where nothing they depend on changed.

    Args:
        photos: a folder of photos; its subfolders are labels.
        settings: what is made.
        network: what looks, as `as_network` takes it; None takes what the settings name.
        out: where the site goes.
        engine: where photos are looked at and units are worked on.
        overwrite: whether a finished site of other photos or settings may be replaced.
        resume: nothing needs to be asked for: a build always goes on from what is there.

    Raises:
        BadPicture: the folder has no pictures.
        UnknownName: there is no such layer.
        PareidoliaError: `out` holds other things, or such a site; there are no such units; units are painted
            and the network is the one that judges pictures.
    """

    def __init__(
        self,
        photos: str | Path,
        settings: MicroscopeSettings | None = None,
        network: NetworkLike = None,
        *,
        out: str | Path,
        engine: EngineSettings | None = None,
        overwrite: bool = False,
        resume: bool = True,
    ) -> None:
        self.out, self.settings = Path(out), MicroscopeSettings.of(settings)
        self.engine, self._overwrite = EngineSettings.of(engine), overwrite
        self.network = network_for(self.settings, network)
        if self.settings.painted:
            refuse_judge(self.network.name)  # before hours of collecting
        self._files = find_pictures(photos)
        self.layers = self.settings.layer or default_layers(self.network)
        #: By layer, the channels that have pages.
        self.units = {layer: self._channels(layer) for layer in self.layers}
        self.site: Site | None = None
        self._check_target()

    def _channels(self, layer: str) -> tuple[int, ...]:
        count = self.network.unit_shape(layer)[0]
        if self.settings.units is None:
            return tuple(range(count))
        return read_numbers(self.settings.units, count, layer)

    def __iter__(self) -> Iterator[Progress]:
        """Look at the photos, work on the units, and write; what is done already is not done again.

        Yields:
            Each step of each stage.

        Raises:
            PareidoliaError: another process builds there, or not one photo can be used.
        """
        make_folder(self.out)
        with Lock.of_folder(self.out, by="another build"):
            self._check_target()
            for folder in (self.out, *(each for each in self.out.rglob("*") if each.is_dir())):
                clear_leftovers(folder)
            yield from self._steps()

    def _steps(self) -> Iterator[Progress]:
        names = class_names(self.network)
        collector = self._collector()
        for step in collector:
            yield replace(step, stage="collecting")
        collection, cache = collector.collection, StageCache(self.out / STAGES)
        before = neighbors(self.layers)
        found: list[LayerFindings] = []
        for layer in self.layers:
            answers = read_answers(collection, layer)
            units = [choose_examples(answers, unit, self.settings.top) for unit in self.units[layer]]
            reason = no_classes(self.network, layer, names)
            job = LayerJob(
                collector.job.network,
                collector.job.identity,
                collector.job.files,
                collector.job.height_width,
                layer,
                before.get(layer),
                0 if reason else len(names),
                self.settings,
            )
            stages = [PATCHES, USES, *([PAINTED] if self.settings.painted else [])]
            for stage in stages:
                yield from self._run(stage, job, units, cache)
            yield Progress(0, 1, f"{layer}: tuning")
            tuning, caution = self._tuning(job, cache)
            yield Progress(1, 1, f"{layer}: tuning")
            arrays = [each.kept(job, units, cache) for each in stages]
            merged = {name: array for each in arrays for name, array in each.items()}
            notes = tuple(note for note in (reason, caution) if note)
            found.append(LayerFindings(self.network.layer(layer), answers, units, merged, tuning, notes))
        yield from self._publish(found, names, collector)

    def _run(
        self, stage: UnitStage, job: LayerJob, units: Sequence[UnitExamples], cache: StageCache
    ) -> Iterator[Progress]:
        done = 0
        for count in stage.run(self.network, job, units, cache, self.engine):
            done += count
            yield Progress(done, len(units), f"{job.layer}: {stage.name}")

    def _tuning(self, job: LayerJob, cache: StageCache) -> tuple[Arrays, str]:
        """Every unit's tuning curves, and why there are none."""
        if not self.settings.tuning or len(self.network.unit_shape(job.layer)) != 3:
            return {}, ""
        place = f"{job.layer}/tuning"
        key = key_of("tuning", job.identity, job.layer, SHOWN)
        kept = cache.kept(place, key)
        if kept is None:
            try:
                kept = tuning_curves(self.network, job.layer)
            except PareidoliaError as error:
                return {}, f"Tuning could not be measured: {error}."
            cache.keep(place, key, kept)
        return kept, ""

    def _publish(
        self, found: Sequence[LayerFindings], names: Sequence[str], collector: Collector
    ) -> Iterator[Progress]:
        title = self.settings.title or self.network.name
        total, done = sum(len(each.units) for each in found) + 1, 0
        written: set[str] = set()
        layers = []
        for number, each in enumerate(found):
            around = (
                found[number - 1] if number else None,
                found[number + 1] if number + 1 < len(found) else None,
            )
            layer = LayerPages(self.out, title, each, around, names, collector.collection.files)
            for _ in layer.write():
                done += 1
                yield Progress(done, total, "writing")
            written |= layer.written
            layers.append(layer.entry)
        self.site = Site(
            made_by=f"pareidolia {__version__}",
            title=title,
            network=self.network.name,
            photos=len(found[0].answers.pictures),
            classes=list(names),
            painted=2 + self.settings.diverse if self.settings.painted else 0,
            layers=layers,
        )
        skipped = collector.collection.skipped()
        write_top(self.out, self.site, [each.layer for each in found], len(skipped), self.network.credit)
        self._write_settings(collector.collection.folder.name)
        with write_atomically(self.out / MANIFEST) as file:
            file.write(self.site.model_dump_json(indent=1).encode())
        self._remove_stale(written, collector)
        yield Progress(total, total, "writing")

    def _remove_stale(self, written: set[str], collector: Collector) -> None:
        """Remove pages of units that are shown no more, and collections that are not used."""
        clear(self.out, MICROSCOPE, keep=written)
        remove_stale(collector.collection.folder, "answers-*")

    @property
    def result(self) -> Result:
        """How many pages of how many photos; after the last step."""
        if self.site is None:
            raise PareidoliaError("there is no site yet: iterate to the end first")
        rows = [
            {
                "layer": layer.name,
                "units": len(layer.units),
                "silent": sum(unit.silent for unit in layer.units),
            }
            for layer in self.site.layers
        ]
        pages = sum(len(layer.units) for layer in self.site.layers)
        caption = (
            f"{counted(pages, 'unit')} of {counted(len(rows), 'layer')} over "
            f"{counted(self.site.photos, 'photo')}; open {self.out}/index.html"
        )
        return Result(None, caption, rows)

    def _collector(self) -> Collector:
        settings = CollectingSettings(
            **{name: getattr(self.settings, name) for name in CollectingSettings.model_fields}
        )
        looked = settings.model_dump(exclude={"device"})
        wanted = key_of("answers", looked, self.layers, self._files.digest, identity(self.network))
        folder = self.out / STAGES / f"answers-{wanted[:12]}"
        if not MICROSCOPE.is_ours(self.out):
            self._write_settings(folder.name)  # the mark that the folder is ours, before all else
        return Collector(
            folder, self._files, self.layers, UnitAnswers(), settings, self.network, engine=self.engine
        )

    def _check_target(self) -> None:
        claim(self.out, MICROSCOPE)
        if not (self.out / MANIFEST).exists() or self._overwrite:
            return
        held = read_mark(self.out / STAGES / SETTINGS)
        held = held if isinstance(held, dict) else {}
        if {**held, "answers": None} != {**self._description(), "answers": None}:
            raise PareidoliaError(
                f"{self.out} holds a site of other photos or settings: "
                "--overwrite makes anew what differs, or name another folder"
            )

    def _description(self) -> dict[str, Any]:
        """What is made, as `stages/settings.json` holds it."""
        settings = {**self.settings.model_dump(mode="json"), "layer": list(self.layers)}
        return {
            "format": MICROSCOPE_FORMAT,
            "version": VERSION,
            "photos": self._files.digest,
            "settings": settings,
        }

    def _write_settings(self, answers: str) -> None:
        make_folder(self.out / STAGES)
        with write_atomically(self.out / STAGES / SETTINGS) as file:
            file.write(json.dumps({**self._description(), "answers": answers}, indent=1).encode())
