"""What a source states about the network it built."""

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
    """A network as its source made it; None stands for what the source does not state.

    Attributes:
        module: with its weights.
        mean: one number a channel that is subtracted from pictures in [0, 1].
        std: one number a channel by which they are then divided.
        input_shape: channels, height and width of the pictures that it was made for.
        class_names: in the order of its outputs.
        credit: whose weights these are and on what terms, in a sentence, where they must be credited.
        one_size: whether it was made for pictures of its input shape alone, though it may take others.
    """

    module: nn.Module
    mean: tuple[float, ...] | None = None
    std: tuple[float, ...] | None = None
    input_shape: tuple[int, int, int] | None = None
    class_names: tuple[str, ...] | None = None
    credit: str = ""
    one_size: bool = False


def weights_file(weights: str) -> Path | None:
    """`weights` as a path; None if it is one of the words "published" and "random"."""
    return None if weights in (PUBLISHED, RANDOM) else expanded(weights)


@contextmanager
def always_the_same() -> Iterator[None]:
    """Make random initial weights the same every time; the global generator keeps its state."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        yield
