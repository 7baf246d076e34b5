"""Files that recipes keep: written whole, or row by row and gone on with."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from safetensors.torch import save_file
from torch import nn


def save(path: Path, write: Any) -> None:
    """Call `write(partial path)`, then move the whole file to `path`."""
    partial = path.with_suffix(".partial")
    write(partial)
    partial.replace(path)


def save_half(path: Path, module: nn.Module) -> None:
    """The weights of `module` in half precision, as a .safetensors file."""
    tensors = {key: value.half().contiguous() for key, value in module.state_dict().items()}
    save(path, lambda partial: save_file(tensors, partial))


def keep_rows(
    target: Path, shape: tuple[int, int], together: int, made: Callable[[range], np.ndarray[Any, Any]]
) -> None:
    """Write an array of so many rows in half precision, `together` at a time; goes on where it was.

    Does nothing where the file is there already.
    """
    if target.exists():
        return
    partial, done = target.with_suffix(".partial"), target.with_suffix(".done")
    begun = int(done.read_text()) if done.exists() and partial.exists() else 0
    kept = np.lib.format.open_memmap(partial, "r+" if begun else "w+", np.float16, shape)
    for start in range(begun, shape[0], together):
        some = range(start, min(start + together, shape[0]))
        kept[start : some.stop] = made(some)
        if start % (100 * together) == 0:
            kept.flush()
            done.write_text(str(start))
            print(f"{target.name}: {start} of {shape[0]}", flush=True)
    kept.flush()
    partial.replace(target)
    done.unlink(missing_ok=True)
