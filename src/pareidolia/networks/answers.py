"""The class scores in what a network gives, in whatever form it gives them."""

from collections.abc import Mapping

import torch
from torch import Tensor

from pareidolia.settings import BadNetwork


def class_scores(output: object, name: str, count: int) -> Tensor:
    """The logits in a network's output.

    Args:
        output: what a module gave: the scores, an object with `logits`, or a tuple, list or mapping whose
            first value they are.
        name: the network's, for errors.
        count: N, how many pictures the module was shown.

    Returns:
        The logits N×K; or several rows for each picture.

    Raises:
        BadNetwork: If there are none, or gradients cannot be taken of them.
    """
    found = getattr(output, "logits", output)
    if isinstance(found, Mapping):
        found = found.get("logits", next(iter(found.values()), None))
    elif isinstance(found, (tuple, list)):
        found = found[0] if found else None
    if not isinstance(found, Tensor):
        raise BadNetwork(f"{name} gives {type(output).__name__}, in which no class scores can be found")
    if found.layout is not torch.strided or not found.is_floating_point():
        kind = str(found.dtype if found.layout is torch.strided else found.layout).removeprefix("torch.")
        raise BadNetwork(f"{name} gives {kind} numbers, not class scores of floating-point numbers")
    if found.ndim == 4 and found.shape[2:] == (1, 1):
        found = found.flatten(1)
    if found.ndim != 2:
        shape = "×".join(str(length) for length in found.shape[1:])
        raise BadNetwork(f"{name} gives maps of {shape}, not class scores: it has no classes")
    if not found.shape[1]:
        raise BadNetwork(f"{name} gives no class scores: its output is empty")
    if len(found) % count:  # several for each are what LeGrad asks for: one after every block
        raise BadNetwork(f"{name} gives {len(found)} rows of class scores for {count} pictures")
    return found
