"""A collection being made, step by step; it resumes where it stopped."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pareidolia.collecting.chunks import CollectJob, layer_shapes
from pareidolia.collecting.collection import FILES, FORMAT, MANIFEST, SHARDS, Collection
from pareidolia.collecting.engines import run_chunks
from pareidolia.collecting.settings import CollectingSettings, EngineSettings
from pareidolia.collecting.specs import CollectSpec
from pareidolia.networks import Network, NetworkLike, identity, network_for
from pareidolia.pictures.folders import PictureFiles
from pareidolia.pictures.locking import LOCK, Lock
from pareidolia.pictures.ownership import COLLECTION, claim, clear, is_empty, is_litter, read_mark
from pareidolia.pictures.targets import make_folder
from pareidolia.progress import Progress
from pareidolia.safety import expanded, way_to
from pareidolia.settings import BadTarget, NetworkSettings, differences
from pareidolia.version import __version__


class Collector:
    """A collection being made: iterate over it to look at the pictures that are not looked at yet.

    Args:
        folder: where the collection goes; made where it is not there. What it has already is kept.
        files: the pictures.
        layers: names of the layers.
        spec: what is kept, `TopActivations(...)` or `SampledActivations(...)` or one's own (see
            `CollectSpec`).
        settings: the network and how it looks.
        network: what looks, as `as_network` takes it; None takes what the settings name.
        engine: where it looks.
        cache_by_digest: whether `folder` is one for many collections: this one gets a subfolder of its own,
            named after what it is, so that none is refused and each is found again.
        anew: whether what is in `folder` is thrown away first.

    Raises:
        PareidoliaError: If `folder` holds a collection of something else, or other things than a collection;
            and what `load_network` and `Network.record` raise.
    """

    def __init__(
        self,
        folder: str | Path,
        files: PictureFiles,
        layers: tuple[str, ...],
        spec: CollectSpec,
        settings: CollectingSettings | None = None,
        network: NetworkLike = None,
        *,
        engine: EngineSettings | None = None,
        cache_by_digest: bool = False,
        anew: bool = False,
    ) -> None:
        settings = CollectingSettings.of(settings)
        self.engine = EngineSettings.of(engine)
        self.network = network_for(settings, network)
        self.job = _job(self.network, files, layers, spec, settings)
        manifest = _manifest(self.job, settings.chunk)
        place = Path(folder) / _title(manifest) if cache_by_digest else Path(folder)
        manifest["pictures"]["folder"] = way_to(files.folder, place) or files.folder.absolute().as_posix()
        self.collection = _prepared(Collection(place, manifest, files), anew)

    @property
    def finished(self) -> bool:
        """Whether every chunk has its shard."""
        return self.collection.finished

    def __iter__(self) -> Iterator[Progress]:
        """Run the network on what is missing.

        Stopping leaves whole shards behind and loses at most the chunks under way. Another process that
        collects in the same folder meanwhile is refused.

        Yields:
            How far it is, after each batch, or on a cluster after each chunk.
        """
        missing, total = self.collection.missing(), len(self.job.files)
        index = total - sum(chunk.stop - chunk.start for chunk in missing)
        if not missing:
            Lock.of_folder(self.collection.folder).tidy()
            return
        with Lock.of_folder(self.collection.folder):
            self.collection.clear_leftovers()
            for done in run_chunks(self.network, self.job, missing, self.engine):
                if done.chunk is not None:
                    self.collection.keep_shard(done.chunk, done.shard)
                if done.pictures:
                    index += done.pictures
                    yield Progress(index, total)


def _job(
    network: Network,
    files: PictureFiles,
    layers: tuple[str, ...],
    spec: CollectSpec,
    settings: CollectingSettings,
) -> CollectJob:
    side = settings.size
    height_width = network.input_shape[1:] if side is None else (side, side)
    named = NetworkSettings(**{name: getattr(settings, name) for name in NetworkSettings.model_fields})
    return CollectJob(
        _with_absolute_paths(named),
        identity(network),
        replace(files, folder=files.folder.absolute()),
        height_width,
        settings.batch,
        layer_shapes(network, layers, height_width),
        spec,
    )


def _with_absolute_paths(settings: NetworkSettings) -> NetworkSettings:
    """Absolute paths, since a worker elsewhere has another working directory."""
    home, separator, factory = settings.network.rpartition(":")
    changed: dict[str, Any] = {}
    if home.endswith(".py"):
        changed["network"] = f"{expanded(home).absolute()}{separator}{factory}"
    if settings.weights not in ("published", "random"):
        changed["weights"] = str(expanded(settings.weights).absolute())
    for name in ("classes", "concepts"):
        if (path := getattr(settings, name)) is not None:
            changed[name] = expanded(path).absolute()
    return settings.model_copy(update=changed)


def _manifest(job: CollectJob, chunk: int) -> dict[str, Any]:
    """What a collection of `job` is, as JSON has it."""
    return {
        "format": FORMAT,
        "pareidolia": __version__,
        "network": {**job.identity, "settings": job.network.model_dump(mode="json")},
        "layers": {name: list(shape) for name, shape in job.layers.items()},
        "keep": {"form": _form(job.spec), **job.spec.model_dump(mode="json")},
        "look": {"height_width": list(job.height_width), "batch": job.batch, "chunk": chunk},
        "pictures": {"count": len(job.files), "digest": job.files.digest},
    }


def _form(spec: CollectSpec) -> str:
    """The name of a form of keeping in a manifest, which stays when its class is renamed."""
    form: str = getattr(spec, "form", type(spec).__name__)
    return form


def _title(manifest: Mapping[str, Any]) -> str:
    """A folder's name for people, with a digest of everything in the manifest that counts."""
    digest = hashlib.sha256(json.dumps(_compared(manifest), sort_keys=True).encode()).hexdigest()
    words = "-".join((manifest["network"]["name"], *manifest["layers"]))
    return f"{re.sub(r'[^A-Za-z0-9.]+', '-', words)[:60]}-{digest[:12]}"


def _compared(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """The part of a manifest that decides what is collected: without places of files and the version."""
    pictures = {key: value for key, value in manifest["pictures"].items() if key != "folder"}
    network = {key: value for key, value in manifest["network"].items() if key not in ("settings", "name")}
    kept = {key: manifest[key] for key in ("format", "layers", "keep", "look")}
    return {**kept, "network": network, "pictures": pictures}


def _prepared(collection: Collection, anew: bool) -> Collection:
    """The collection, with its folder made or found to hold the same; anything else in it is refused."""
    folder = collection.folder
    if (folder / MANIFEST).exists() and not anew:
        there = Collection.open(folder)
        differing = list(differences(_compared(collection.manifest), _compared(there.manifest)))
        if differing:
            raise BadTarget(
                f"{folder} holds another collection ({'; '.join(differing)}): "
                "give another folder, or say that it may be replaced"
            )
        return collection
    strange = _strange(folder)
    if strange or folder.is_file():
        raise BadTarget(
            f"{folder} is not a collection ({', '.join(strange) or 'a file'}): give another folder"
        )
    make_folder(folder)
    with Lock.of_folder(folder):
        _remove_begun(folder)
        claim(folder, COLLECTION)
        clear(folder, COLLECTION, keep=(LOCK,))
        collection.make()
    return collection


def _strange(folder: Path) -> list[str]:
    """The names of what is in the folder and in no collection's."""
    names = [path.name for path in folder.iterdir() if not is_litter(path)] if folder.is_dir() else []
    return sorted(set(names) - {MANIFEST, FILES, SHARDS})


def _remove_begun(folder: Path) -> None:
    """Remove what `Collection.make` left that was killed before it wrote the manifest; all else stays."""
    shards, files = folder / SHARDS, folder / FILES
    if (folder / MANIFEST).exists() or not is_empty(shards):
        return
    listed = read_mark(files)
    if isinstance(listed, Mapping) and set(listed) == {"names", "sizes"}:
        files.unlink()
    if shards.is_dir() and not any(shards.iterdir()):
        shards.rmdir()
