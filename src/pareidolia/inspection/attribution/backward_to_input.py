"""Sending a score back to the leaves of autograd's graph: pictures, or what comes out of a module."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from pareidolia.inspection.targets import Target
from pareidolia.networks import Network
from pareidolia.networks.speed import fast_cpu
from pareidolia.settings import BadNetwork


def pull_back(
    network: Network, pictures: Tensor, target: Target, *, cut: nn.Module | None = None
) -> tuple[Tensor | None, list[Tensor]]:
    """What the target's scores send back to the pictures, N×C×H×W, and to the outputs of the module `cut`.

    The pictures get only what comes by other ways than through `cut`, None where nothing does.
    Raises BadNetwork where nothing comes back at all.
    """
    # Not channels last, though faster: its rounding turns single ReLUs over, and the gradient jumps there.
    leaf = pictures.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
    with torch.enable_grad(), fast_cpu(), detach_at(cut) as leaves:
        scores = target(network, leaf)
        if scores.requires_grad:
            # Not autograd.grad, which reentrant checkpointing refuses; there are no other leaves.
            torch.autograd.backward(scores.sum())
    signals = [each.grad for each in leaves if each.grad is not None]
    if leaf.grad is None and not signals:
        raise BadNetwork(f"no gradient of {network.name} reaches the pixels: something in it detaches")
    return leaf.grad, signals


@contextmanager
def detach_at(module: nn.Module | None) -> Iterator[list[Tensor]]:
    """Collects the module's outputs as leaves of autograd's graph; the network goes on with copies of them.

    What leads to the module has no part in the graph, and no later in-place operation overwrites a leaf. None
    cuts nowhere. Raises BadNetwork where the module gives anything but one tensor.
    """
    leaves: list[Tensor] = []

    def hook(_module: nn.Module, _inputs: object, output: object) -> Tensor:
        if not isinstance(output, Tensor):
            raise BadNetwork(f"a layer that gives one tensor is needed, not {type(output).__name__}")
        leaves.append(output.detach().requires_grad_())
        return leaves[-1].clone()

    handle = None if module is None else module.register_forward_hook(hook)
    try:
        yield leaves
    finally:
        if handle is not None:
            handle.remove()
