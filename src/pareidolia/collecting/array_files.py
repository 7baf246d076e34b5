"""Arrays by name in a file that shows whether it is whole: safetensors, with a digest of all it holds."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from pareidolia.collecting.specs import Arrays

_METADATA = "pareidolia"


class BrokenFile(ValueError):
    """A file of arrays is damaged, or is not one."""


def pack(arrays: Arrays, described: Mapping[str, Any]) -> bytes:
    """The bytes of a file.

    Args:
        arrays: of any shapes, by name.
        described: what is noted beside them, which JSON can hold.

    Returns:
        The bytes; the same for the same arrays and notes.
    """
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    notes = {**described, "digest": _digest(whole, described)}
    # One entry alone: in which order safetensors would write several is not settled.
    return save(whole, metadata={_METADATA: json.dumps(notes)})


def unpack(path: Path) -> tuple[Arrays, dict[str, Any]]:
    """What is in a file.

    Args:
        path: of the file.

    Returns:
        The arrays by name, and what is noted beside them.

    Raises:
        OSError: If it cannot be read.
        BrokenFile: If it is not what `pack` gave, byte by byte.
    """
    try:
        with safe_open(path, "numpy") as file:
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (no mapping)
            described = json.loads(file.metadata()[_METADATA])
            digest = described.pop("digest")
    except (SafetensorError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BrokenFile(f"{path} is not a file of arrays") from error
    if digest != _digest(arrays, described):
        raise BrokenFile(f"{path} is damaged")
    return arrays, described


def _digest(arrays: Arrays, described: Mapping[str, Any]) -> str:
    """SHA-256 of names, types, shapes, numbers and notes."""
    digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype} {array.shape}".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()
