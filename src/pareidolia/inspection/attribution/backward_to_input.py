"""Sending a score back to the leaves of autograd's graph: pictures, or the output of a module."""

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
    """Send the target's scores back to the pictures, and to the outputs of a module.

    The signal of the pictures includes only paths that avoid the module.

    Args:
        network: the network.
        pictures: N×C×H×W in [0, 1].
        target: the scores.
        cut: the module; None if there is none.

    Returns:
        The pictures' signal N×C×H×W, None if nothing reaches them, and those of the outputs.

    Raises:
        BadNetwork: If nothing comes back at all.
    """
    # Not channels last, though faster: its rounding switches single ReLUs, and the gradient jumps there.
    leaf = pictures.detach().clone(memory_format=torch.contiguous_format).requires_grad_()
    with torch.enable_grad(), fast_cpu(), detach_at(cut) as leaves:
        scores = target(network, leaf)
        network.backward(scores.sum())
    signals = [each.grad for each in leaves if each.grad is not None]
    if leaf.grad is None and not signals:
        raise BadNetwork(f"no gradient of {network.name} reaches the pixels: something in it detaches")
    return leaf.grad, signals


@contextmanager
def detach_at(module: nn.Module | None) -> Iterator[list[Tensor]]:
    """Collect a module's outputs as leaves of autograd's graph; the network continues with copies of them.

    Everything before the module is left out of the graph, and no later in-place operation overwrites a leaf.

    Args:
        module: the module; None cuts nowhere.

    Yields:
        The outputs, filled by forward passes inside.

    Raises:
        BadNetwork: If the module returns anything but one tensor.
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
