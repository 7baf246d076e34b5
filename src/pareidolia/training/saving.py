"""States on disk: written whole or not at all, read without running code.

Trainings and paintings keep their checkpoints through this piece.
"""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO, cast

import torch

from pareidolia.networks.weights import unpickled
from pareidolia.pictures import write_atomically


def write_state(path: Path, state: Mapping[str, Any]) -> None:
    """Write tensors and plain values, whole or not at all; equal ones give the same bytes.

    Args:
        path: of the file.
        state: the values by name.

    Raises:
        PareidoliaError: the system refuses to write: the disk is full, there is no permission.
    """
    with write_atomically(path) as file:
        remembering = _Remembering(file)
        try:
            torch.save(_interned(dict(state)), cast(BinaryIO, remembering))
        except RuntimeError:
            # Torch's writer turns what the system said into an error of its own ("unexpected pos").
            if remembering.refusal is not None:
                raise remembering.refusal from None
            raise


def _interned(value: Any) -> Any:
    """The same value, in which equal strings are one object: pickle writes those in another way.

    Strings that were read from a file are not those of the code, so a training that went on would differ.
    """
    if isinstance(value, str):
        return sys.intern(value)
    if type(value) is dict:
        return {_interned(key): _interned(held) for key, held in value.items()}
    if type(value) in (list, tuple):
        return type(value)(_interned(each) for each in value)
    return value


def read_state(path: Path) -> dict[str, Any]:
    """What `write_state` wrote, on the CPU; no code in the file is run.

    Args:
        path: of the file.

    Returns:
        The values by name.

    Raises:
        Exception: of many kinds, as torch's reader meets broken bytes.
    """
    state: dict[str, Any] = unpickled(path)
    return state


class _Remembering:
    """A file that remembers why it could not be written to."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.refusal: OSError | None = None

    def write(self, data: Any) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.refusal = error
            raise

    def flush(self) -> None:
        try:
            self._file.flush()
        except OSError as error:
            self.refusal = error
            raise
