"""How many pictures a network takes in one forward pass."""

from collections.abc import Iterator

from torch import Tensor

_PIXELS = 250_000


def fitting(picture: Tensor) -> int:
    """The number of pictures of this size that keep a processor busy and whose activations fit its caches."""
    return max(1, round(_PIXELS / (picture.shape[-2] * picture.shape[-1])))


def batches(total: int, size: int) -> Iterator[slice]:
    """Cut `total` things into batches of `size`; the last one has the rest."""
    for begin in range(0, total, size):
        yield slice(begin, min(begin + size, total))
