"""The redirected gradient, which activates units whose rectifiers are closed (lucid)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import Function, FunctionCtx

from pareidolia.backward.modes import ActivationFunction, RuleMode, derivative, in_mode


@contextmanager
def redirected(module: nn.Module) -> Iterator[None]:
    """Let a loss's gradient through rectifiers that would otherwise block all of it.

    For a picture whose plain gradient f'(x) · g vanishes at a whole rectifier, R = g, except that R = 0 at
    positions where the input is already negative and g > 0: there a step down the loss would make it more
    negative. A unit that is silent is so moved towards inputs for which it is active. For other pictures R is
    the plain gradient. Made for losses, which are minimised, not for scores. The first dimension counts
    pictures. Source: lucid's `redirected_relu_grad`. The errors and warnings are those of `deconvnet`.
    """
    with in_mode(_Redirection(), module):
        yield


class _RedirectedRectifier(Function):
    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, activation: ActivationFunction, slope: Tensor) -> Tensor:
        ctx.save_for_backward(slope)
        y = activation(x)
        if y is x:
            ctx.mark_dirty(x)
        return y

    @staticmethod
    def backward(ctx: Any, signal: Tensor) -> tuple[Tensor, None, None]:
        (slope,) = ctx.saved_tensors
        plain = signal * slope
        passed = torch.where((slope == 0) & (signal > 0), 0.0, signal)
        blocked = ~plain.flatten(1).any(dim=1)
        return torch.where(blocked.view(-1, *[1] * (signal.dim() - 1)), passed, plain), None, None


class _Redirection(RuleMode):
    stand_ins = (_RedirectedRectifier,)

    def rectify(self, name: str, x: Tensor, activation: ActivationFunction) -> Tensor:
        result: Tensor = _RedirectedRectifier.apply(x, activation, derivative(x, activation))
        return result
