"""The score along a straight line of pictures, and the gradients there summed where summing is cheapest.

A network begins with a convolution, which is affine in the picture: its transpose is the same everywhere on
the line. So the signals that come back to its output are summed first and sent through it once. Thin first
convolutions take a third of the time of a forward and backward pass.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from pareidolia.inspection.attribution.backward_to_input import pull_back
from pareidolia.inspection.targets import Target
from pareidolia.networks import Network
from pareidolia.networks.speed import fast_cpu


class StraightPath:
    """The pictures x(α) = `begin` + α (`end` − `begin`), each C×H×W, seen by a network.

    `begin_score` and `end_score` are the target's scores at both ends. `preserve_state` must hold the network
    for as long as the path is used.

    Args:
        network: the network.
        target: the score.
        begin: x(0), C×H×W.
        end: x(1), C×H×W.
    """

    def __init__(self, network: Network, target: Target, begin: Tensor, end: Tensor) -> None:
        self._network, self._target = network, target
        self._begin, self._way = begin, end - begin
        self._direct = torch.zeros_like(end)
        self._at_stem: Tensor | None = None
        self._stem = next((each for each in network.module.modules() if isinstance(each, nn.Conv2d)), None)
        self._ends = self.pictures(torch.tensor([0.0, 0.5, 1.0])).requires_grad_()
        with torch.enable_grad(), fast_cpu(), _outputs(self._stem) as outputs:
            scores = target(network, self._ends).detach()
        self.begin_score, self.end_score = scores[0], scores[2]
        self._stem_of_ends = outputs[0] if len(outputs) == 1 else scores
        if not _is_affine(self._stem_of_ends):
            self._stem = None

    def pictures(self, alphas: Tensor) -> Tensor:
        """x(α) for each of `alphas`, N×C×H×W."""
        return self._begin + alphas.to(self._way).view(-1, 1, 1, 1) * self._way

    def add(self, alphas: Tensor, weights: Tensor) -> None:
        """Add Σ w ∂S/∂x(x(α)) to `gradient`."""
        direct, signals = pull_back(self._network, self.pictures(alphas), self._target, cut=self._stem)
        if direct is not None:
            self._direct += _weighed(direct, weights)
        for signal in signals:
            summed = _weighed(signal, weights)
            self._at_stem = summed if self._at_stem is None else self._at_stem + summed

    def gradient(self) -> Tensor:
        """The sum, C×H×W."""
        if self._at_stem is None:
            return self._direct
        signal = torch.zeros_like(self._stem_of_ends)
        signal[-1] = self._at_stem
        (through_stem,) = torch.autograd.grad(self._stem_of_ends, self._ends, signal, retain_graph=True)
        return self._direct + through_stem[-1]


@contextmanager
def _outputs(stem: nn.Module | None) -> Iterator[list[Tensor]]:
    """Collect the stem's outputs; the rest runs without a graph unless it sees the picture by other paths."""
    outputs: list[Tensor] = []

    def hook(_module: nn.Module, _inputs: object, output: Tensor) -> Tensor:
        outputs.append(output)
        return output.detach().clone()  # later operations may overwrite it in place

    handle = None if stem is None else stem.register_forward_hook(hook)
    try:
        yield outputs
    finally:
        if handle is not None:
            handle.remove()


def _is_affine(values: Tensor) -> bool:
    """Whether the values (3×…) at the middle of a line are the mean of those at its ends, up to rounding."""
    if not values.requires_grad or values.dtype not in (torch.float32, torch.float64):
        return False
    begin, middle, end = values.detach()
    missed = (begin + end - 2 * middle).abs().max()
    return bool(missed <= 64 * torch.finfo(values.dtype).eps * values.detach().abs().max())


def _weighed(signals: Tensor, weights: Tensor) -> Tensor:
    """Σ w g over the first dimension."""
    summed: Tensor = torch.tensordot(weights.to(signals), signals, dims=1)
    return summed
