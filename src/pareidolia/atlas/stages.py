"""The results of the stages of building an atlas, each kept with the key of what it was made from.

A stage's key is a digest of its own settings and of the keys of what it reads. A result under another
key is not found, and is replaced; so a stage runs again when, and only when, something it depends on changed.
"""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from pareidolia.pictures import write_atomically

Array = np.ndarray[Any, np.dtype[Any]]
Arrays = dict[str, Array]


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
        with self._opened(name, key) as file:
            if file is None:
                return None
            return {each: file.get_tensor(each) for each in file.keys()}  # noqa: SIM118 (no mapping)

    def has(self, name: str, key: str) -> bool:
        """Whether `kept` would find it."""
        with self._opened(name, key) as file:
            return file is not None

    @contextmanager
    def _opened(self, name: str, key: str) -> Iterator[Any]:
        """The stage's file, or None where there is none of that key that can be read."""
        try:
            opened = safe_open(self._path(name), "numpy")
        except (SafetensorError, OSError):
            yield None
            return
        with opened as file:
            yield file if (file.metadata() or {}).get("key") == key else None

    def keep(self, name: str, key: str, arrays: Arrays) -> None:
        """Keep what stage `name` made under `key`."""
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = {each: np.ascontiguousarray(array) for each, array in arrays.items()}
        with write_atomically(path) as file:
            file.write(save(whole, metadata={"key": key}))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.safetensors"
