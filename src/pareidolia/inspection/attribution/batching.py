"""How many pictures a network looks at at once."""

from collections.abc import Iterator

from torch import Tensor

_PIXELS = 250_000


def fitting(picture: Tensor) -> int:
    """How many pictures of this size keep a processor busy while their activations still fit its caches."""
    return max(1, round(_PIXELS / (picture.shape[-2] * picture.shape[-1])))


def batches(total: int, size: int) -> Iterator[slice]:
    """`total` things in batches of `size`, the last one of what is left."""
    for begin in range(0, total, size):
        yield slice(begin, min(begin + size, total))
