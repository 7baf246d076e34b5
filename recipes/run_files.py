"""What a training run writes: whole files, half-precision weights, and a log of JSON lines."""

import argparse
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
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


def write(run: Path, line: dict[str, Any]) -> None:
    """One line to the log of the folder `run`, and to the terminal."""
    with (run / "log.jsonl").open("a") as log:
        log.write(json.dumps(line) + "\n")
    print(json.dumps(line), flush=True)


def note(options: argparse.Namespace, folders: Sequence[str], step: int, pictures: Any) -> None:
    """First line of the log: what this is run with, but for where its `folders` lie."""
    revision = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(revision, cwd=Path(__file__).parent, capture_output=True, text=True)
    line = {"commit": commit.stdout.strip(), "torch": torch.__version__, "from_step": step}
    line |= {name: str(value) for name, value in vars(options).items() if name not in folders}
    write(options.run, line | {"pictures": pictures})
