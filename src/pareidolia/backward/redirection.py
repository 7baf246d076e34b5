"""The redirected gradient, which wakes units whose rectifiers are shut (lucid)."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import Function, FunctionCtx

from pareidolia.backward.rules import ActivationFunction, RuleMode, derivative, in_mode


@contextmanager
def redirected(module: nn.Module) -> Iterator[None]:
    """Let a loss's gradient through rectifiers that would otherwise block all of it.

    Where the plain gradient f'(x) · g of a picture vanishes at a whole rectifier, R = g, save where the
    input is shut already and g > 0, so that a step down the loss would push it lower still. A unit that does
    not fire is so led to where it does. Elsewhere R is the plain gradient. Made for losses, which go down,
    not for scores. The first dimension counts pictures. Source: lucid's `redirected_relu_grad`.

    Errors and warnings as for `deconvnet`.
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
