"""What a source knows about the network it built."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

from pareidolia.safety import expanded

PUBLISHED = "published"
RANDOM = "random"


@dataclass(frozen=True)
class Origin:
    """A network as its source made it; None is what the source does not know."""

    module: nn.Module
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    input_shape: tuple[int, int, int] | None = None
    class_names: tuple[str, ...] | None = None


def weights_file(weights: str) -> Path | None:
    """The path that `weights` is, or None where it is one of the words "published" and "random"."""
    return None if weights in (PUBLISHED, RANDOM) else expanded(weights)


@contextmanager
def always_the_same() -> Iterator[None]:
    """Random initial weights made inside are the same every time; the global generator is not moved."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield
