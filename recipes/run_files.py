"""Files of weights, written whole."""

from pathlib import Path
from typing import Any

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
