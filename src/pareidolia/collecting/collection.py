"""A collection: a folder of shards with a manifest that describes them."""

import json
import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pareidolia.collecting.array_files import BrokenFile, unpack
from pareidolia.collecting.chunks import Chunk
from pareidolia.collecting.manifest import Listed, Manifest
from pareidolia.collecting.specs import Arrays
from pareidolia.pictures import write_atomically
from pareidolia.pictures.folders import PictureFiles
from pareidolia.pictures.ownership import COLLECTION, clear
from pareidolia.pictures.targets import clear_leftovers
from pareidolia.safety import require_file
from pareidolia.settings import BadRecord, BadTarget
from pareidolia.settings.stored import validated

FORMAT = 2
MANIFEST, FILES, SHARDS = "manifest.json", "files.json", "shards"


class Collection:
    """What was collected of a folder of pictures.

    The folder holds `manifest.json` (what is collected: network and digest of its weights, layers, what is
    kept, digest of the files' list, version of the format), `files.json` (the pictures; a picture's number is
    its position in the list) and `shards/NUMBER.safetensors`, one file a chunk of pictures, each whole or
    absent.

    Args:
        folder: the folder.
        manifest: what `manifest.json` holds.
        files: the pictures.
    """

    def __init__(self, folder: Path, manifest: Mapping[str, Any], files: PictureFiles) -> None:
        self.folder, self.manifest, self.files = folder, manifest, files

    @classmethod
    def open(cls, folder: str | Path) -> Self:
        """Open the collection in a folder, finished or not.

        Args:
            folder: the folder.

        Returns:
            The collection.

        Raises:
            PareidoliaError: If there is no collection, it is broken, or another version wrote it.
        """
        folder = Path(folder)
        manifest = _read_json(folder / MANIFEST)
        if manifest.get("format") != FORMAT:
            raise BadRecord(
                f"{folder} is a collection of format {manifest.get('format')}, this version reads {FORMAT}: "
                "collect it anew"
            )
        validated(Manifest, manifest, folder / MANIFEST, "collect anew")
        listed = validated(Listed, _read_json(folder / FILES), folder / FILES, "collect anew")
        root = Path(os.path.normpath(folder / manifest["pictures"]["folder"]))
        return cls(folder, manifest, PictureFiles(root, listed.names, listed.sizes))

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """By layer, the shape of its output for one picture: C×H×W or C."""
        return {name: tuple(shape) for name, shape in self.manifest["layers"].items()}

    @property
    def height_width(self) -> tuple[int, int]:
        """Height and width of each picture as the network saw it, in pixels."""
        height, width = self.manifest["look"]["height_width"]
        return height, width

    @cached_property
    def chunks(self) -> list[Chunk]:
        """All chunks of the folder, in order."""
        size, total = self.manifest["look"]["chunk"], len(self.files)
        starts = range(0, total, size)
        return [Chunk(number, start, min(start + size, total)) for number, start in enumerate(starts)]

    def missing(self) -> list[Chunk]:
        """The chunks that have no shard yet."""
        return [chunk for chunk in self.chunks if not self._shard(chunk).exists()]

    @property
    def finished(self) -> bool:
        """Whether every chunk has its shard."""
        return not self.missing()

    def shards(self) -> Iterator[Arrays]:
        """Read what each chunk kept, in the order of the chunks.

        Returns:
            The arrays of each chunk, by name, read one chunk at a time.

        Raises:
            PareidoliaError: If a shard is missing or broken.
        """
        return (self.shard(chunk) for chunk in self.chunks)

    def shard(self, chunk: Chunk) -> Arrays:
        """Read what a chunk kept.

        Args:
            chunk: the chunk.

        Returns:
            Its arrays, by name.

        Raises:
            PareidoliaError: If its shard is missing or broken.
        """
        arrays, _ = self._unpacked(chunk)
        return arrays

    def skipped(self) -> dict[str, str]:
        """The pictures that could not be used, with the reason, by their path in the folder."""
        found: dict[str, str] = {}
        for chunk in self.chunks:
            _, described = self._unpacked(chunk)
            found |= {self.files.names[int(number)]: why for number, why in described["skipped"].items()}
        return found

    def make(self) -> None:
        """Make the folder, without shards. The manifest is written last: it marks the folder as whole."""
        try:
            (self.folder / SHARDS).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise BadTarget(f"cannot make the folder {self.folder}: {error.strerror or error}") from error
        _write_json(self.folder / FILES, {"names": list(self.files.names), "sizes": list(self.files.sizes)})
        _write_json(self.folder / MANIFEST, self.manifest)

    def clear_leftovers(self) -> None:
        """Delete what a process left that was killed while it wrote a shard."""
        clear_leftovers(self.folder)
        clear_leftovers(self.folder / SHARDS)

    def keep_shard(self, chunk: Chunk, shard: bytes) -> None:
        """Write a chunk's shard, whole or not at all."""
        with write_atomically(self._shard(chunk)) as file:
            file.write(shard)

    def _shard(self, chunk: Chunk) -> Path:
        return self.folder / SHARDS / f"{chunk.number:06d}.safetensors"

    def _unpacked(self, chunk: Chunk) -> tuple[Arrays, dict[str, Any]]:
        path = self._shard(chunk)
        try:
            return unpack(path)
        except (BrokenFile, OSError) as error:
            what = "is broken: delete it" if path.exists() else "is missing"
            raise BadRecord(
                f"the shard {path} {what} and collect again, which makes only what lacks"
            ) from error


def remove_stale(kept: Path, pattern: str = "*") -> None:
    """Remove the collections beside the one that is kept.

    Args:
        kept: folder of the collection that stays.
        pattern: of the names that the others may have.
    """
    for stale in kept.parent.glob(pattern):
        if stale != kept:
            clear(stale, COLLECTION)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        if path.exists():
            require_file(path)
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadRecord(f"{path.parent} holds no collection: {path.name}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise BadRecord(f"{path} cannot be read: collect anew") from error
    if not isinstance(found, dict):
        raise BadRecord(f"{path} cannot be read: collect anew")
    return found


def _write_json(path: Path, value: Mapping[str, Any]) -> None:
    with write_atomically(path) as file:
        file.write(json.dumps(value, indent=1).encode())
