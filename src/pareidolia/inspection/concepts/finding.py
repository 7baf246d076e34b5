"""The operation `concepts`: directions in a layer's activations, in a file that every command takes."""

import json
from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from pareidolia.collecting import (
    CollectingSettings,
    Collector,
    EngineSettings,
    SampledActivations,
    read_samples,
)
from pareidolia.collecting.collection import remove_stale
from pareidolia.collecting.specs import Array
from pareidolia.inspection.attribution.cam import cam_layer
from pareidolia.inspection.concepts.autoencoders import Activations, SparseAutoencoder, trained
from pareidolia.inspection.concepts.factorization import factorize
from pareidolia.inspection.concepts.figures import figures_of
from pareidolia.inspection.concepts.settings import ConceptSettings
from pareidolia.networks import Network, NetworkLike, identity, network_for
from pareidolia.networks.attached_concepts import concept_layer, with_concepts
from pareidolia.networks.concepts import Concepts
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import FOLDER
from pareidolia.pictures import find_pictures, write_atomically
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.ownership import CONCEPTS, CONCEPTS_FORMAT, claim, read_mark
from pareidolia.pictures.result import Result
from pareidolia.pictures.targets import clear_leftovers, make_folder
from pareidolia.progress import Progress, Work
from pareidolia.settings import BadNetwork, PareidoliaError
from pareidolia.training import TrainingRun
from pareidolia.training.settings import TrainingSettings
from pareidolia.version import __version__

FILE, MARK = "concepts.safetensors", "concepts.json"
_FEWEST = 8


@operation(
    "concepts",
    group=LOOK,
    help="Find concepts of a layer: directions that become the units of LAYER.concepts for every command.",
    settings=ConceptSettings,
    inputs=(FOLDER,),
    proceeds="in a folder",
    out="folder",
    options={"engine": EngineSettings},
    network=True,
)
class ConceptFinding(Work):
    """Concepts being found: iterate to the end, then take `concepts`.

    Activations at random positions of all photos are collected, a dictionary is found for them, and
    `OUT/concepts.safetensors` is written, which every command takes as --concepts.

    Args:
        photos: a folder of pictures, subfolders included.
        settings: every option.
        network: what looks, as `as_network` takes it; None takes what the settings name.
        out: where the concepts go.
        engine: where the photos are looked at.
        overwrite: whether other concepts there may be replaced.
        resume: nothing needs to be asked for: what is collected stays.

    Raises:
        BadPicture: the folder has no pictures.
        UnknownName: there is no such layer.
        BadNetwork: concepts cannot be added to the layer.
        PareidoliaError: `out` holds other things or other concepts; while iterating, there are too few
            activations, or negative ones for nmf.
    """

    def __init__(
        self,
        photos: str | Path,
        settings: ConceptSettings | None = None,
        network: NetworkLike = None,
        *,
        out: str | Path,
        engine: EngineSettings | None = None,
        overwrite: bool = False,
        resume: bool = True,
    ) -> None:
        self.out, self.settings = Path(out), ConceptSettings.of(settings)
        self.engine, self._overwrite = EngineSettings.of(engine), overwrite
        self.network = network_for(self.settings, network)
        self._files = find_pictures(photos)
        self.layer = concept_layer(self.network, self.settings.layer or cam_layer(self.network))
        self._axis = _axis(self.network, self.layer)
        #: What was found; after the last step.
        self.concepts: Concepts | None = None
        self._check_target()

    def __iter__(self) -> Iterator[Progress]:
        """Collect and find.

        Yields:
            How far it is.
        """
        make_folder(self.out)
        with Lock.of_folder(self.out, by="another search for concepts"):
            clear_leftovers(self.out)
            self._write_mark({})
            collector = self._collector()
            for step in collector:
                yield replace(step, stage="collecting")
            samples = read_samples(collector.collection, self.layer).vectors.astype(np.float32)
            _check_samples(samples, self.layer)
            found = yield from self._found(samples)
            report = figures_of(found, torch.from_numpy(samples))
            self.concepts = replace(found, report={**report, "activations": float(len(samples))})
            _check_unchanged(self.network, self.concepts)
            self.concepts.save(self.out / FILE)
            self._write_mark(self.concepts.report)
            remove_stale(collector.collection.folder)  # those of other settings

    @property
    def result(self) -> Result:
        """How good they are; after the last step."""
        if self.concepts is None:
            raise PareidoliaError("there are no concepts yet: iterate to the end first")
        report = self.concepts.report
        caption = (
            f"{self.settings.count} concepts, units of {self.concepts.address} with --concepts "
            f"{self.out / FILE}: R² {report['r2']:.3f}, {report['l0']:.1f} at a place, "
            f"{report['dead']:.0%} dead"
        )
        return Result(None, caption, [{"layer": self.concepts.address, **report}])

    def _found(self, samples: Array) -> Generator[Progress, None, Concepts]:
        settings = self.settings
        digest = identity(self.network)["weights"]
        if settings.method == "nmf":
            yield Progress(0, 1, "factorizing")
            dictionary = factorize(samples, settings.count, settings.iterations, settings.seed)
            yield Progress(1, 1, "factorizing")
            return Concepts.nonnegative(self.layer, digest, self._axis, dictionary)
        scale = float(np.sqrt((samples.astype(np.float64) ** 2).mean())) or 1.0
        rows = torch.from_numpy(samples / np.float32(scale))
        model = SparseAutoencoder(
            rows, settings.count, settings.keep, settings.method, settings.slack, settings.seed
        )
        size = min(settings.rows, len(rows))
        training = TrainingSettings(
            epochs=settings.epochs,
            batch=size,
            learning_rate=settings.learning_rate,
            schedule="cosine",
            clip=1.0,
            seed=settings.seed,
            device="cpu",
        )
        for step in TrainingRun(model, Activations(rows, size, settings.seed), training):
            yield replace(step, stage="training")
        like = Concepts.nonnegative(self.layer, digest, self._axis, model.dictionary.detach().numpy())
        return trained(model, rows, scale, like)

    def _collector(self) -> Collector:
        settings = CollectingSettings(
            **{name: getattr(self.settings, name) for name in CollectingSettings.model_fields}
        )
        keep = SampledActivations(count=self.settings.positions, seed=self.settings.seed)
        return Collector(
            self.out / "activations",
            self._files,
            (self.layer,),
            keep,
            settings,
            self.network,
            engine=self.engine,
            cache_by_digest=True,
        )

    def _check_target(self) -> None:
        claim(self.out, CONCEPTS)
        held = read_mark(self.out / MARK)
        if self._overwrite or not isinstance(held, dict) or not (self.out / FILE).exists():
            return
        if held.get("made") != self._description():
            raise PareidoliaError(
                f"{self.out} holds concepts of other photos or settings: --overwrite replaces them, or name "
                "another folder"
            )

    def _description(self) -> dict[str, Any]:
        settings = {**self.settings.model_dump(mode="json"), "layer": self.layer}
        return {"photos": self._files.digest, "settings": settings, "network": identity(self.network)}

    def _write_mark(self, report: dict[str, float]) -> None:
        told = {
            "pareidolia": __version__,
            "format": CONCEPTS_FORMAT,
            "made": self._description(),
            "report": report,
        }
        with write_atomically(self.out / MARK) as file:
            file.write(json.dumps(told, indent=1).encode())


def _axis(network: Network, layer: str) -> int:
    """Which axis of what the module of a layer gives counts its channels."""
    return 1 if network.layer(layer).form in ("", "maps") else -1


def _check_samples(samples: Array, layer: str) -> None:
    """Refuse activations in which there is nothing to find."""
    if len(samples) < _FEWEST:
        raise PareidoliaError(f"{len(samples)} activations of {layer} are too few: give more photos")
    if not samples.any():
        raise PareidoliaError(f"{layer} never answers to these photos: there are no concepts in it")


def _check_unchanged(network: Network, concepts: Concepts) -> None:
    """Refuse a layer whose module calls whatever lies in it, so that concepts would change what it gives."""
    gray = torch.full((1, *network.input_shape), 0.5)
    with torch.no_grad():
        before = network.record(gray, concepts.layer)[concepts.layer]
        added = with_concepts(network, concepts)
        after = added.record(gray, concepts.layer)[concepts.layer]
    if concepts.address not in added.layers or before.shape != after.shape or not torch.equal(before, after):
        raise BadNetwork(f"concepts cannot be added to {concepts.layer} of {network.name}: name a part of it")
