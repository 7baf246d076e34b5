"""The results of the stages of building an atlas, each kept with the key of what it was made from.

A stage's key is a digest of its own settings and of the keys of what it reads. A result under another
key is not found, and is replaced; so a stage runs again when, and only when, something it depends on changed.
"""

import hashlib
import json
from pathlib import Path
from typing import Any

from pareidolia.collecting.array_files import BrokenFile, pack, unpack
from pareidolia.collecting.specs import Arrays
from pareidolia.pictures import write_atomically

_SUFFIX = ".safetensors"


def key_of(name: str, *depends: Any) -> str:
    """The key of the stage `name`: a digest of what it depends on, which JSON can hold."""
    told = json.dumps([name, *depends], sort_keys=True, default=str)
    return hashlib.sha256(told.encode()).hexdigest()


class StageCache:
    """A folder of safetensors files, each whole or absent, each with the key it was made under."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def kept(self, name: str, key: str) -> Arrays | None:
        """What stage `name` made under `key`; None where it has not, or what it left is broken."""
        try:
            arrays, described = unpack(self._path(name))
        except (BrokenFile, OSError):
            return None
        return arrays if described.get("key") == key else None

    def has(self, name: str, key: str) -> bool:
        """Whether `kept` would find it."""
        return self.kept(name, key) is not None

    def keep(self, name: str, key: str, arrays: Arrays) -> None:
        """Keep what stage `name` made under `key`."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        with write_atomically(path) as file:
            file.write(pack(arrays, {"key": key}))

    def names(self, pattern: str) -> list[str]:
        """The stages that left something, whole or not, and whose names match a pattern as of `glob`."""
        found = sorted(self.folder.glob(f"{pattern}{_SUFFIX}"))
        return [path.relative_to(self.folder).as_posix().removesuffix(_SUFFIX) for path in found]

    def drop(self, name: str) -> None:
        """Forget what stage `name` made, under whatever key."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}{_SUFFIX}"
