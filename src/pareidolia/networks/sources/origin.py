"""What a source knows about the network it built."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn

PUBLISHED = "published"
RANDOM = "random"


@dataclass(frozen=True)
class Origin:
    """A network as its source made it; None is what the source does not know.

    Attributes:
        module: with its weights.
        mean: one number a channel that is subtracted from pictures in [0, 1].
        std: one number a channel by which they are then divided.
        input_shape: channels, height and width of the pictures that it was made for.
        class_names: in the order of its outputs.
        credit: whose weights these are and on what terms, in a sentence, where they must be credited.
    """

    module: nn.Module
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    input_shape: tuple[int, int, int] | None = None
    class_names: tuple[str, ...] | None = None
    credit: str = ""


def weights_file(weights: str) -> Path | None:
    """The path that `weights` is, or None where it is one of the words "published" and "random"."""
    return None if weights in (PUBLISHED, RANDOM) else Path(weights).expanduser()


@contextmanager
def always_the_same() -> Iterator[None]:
    """Random initial weights made inside are the same every time; the global generator is not moved."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield
