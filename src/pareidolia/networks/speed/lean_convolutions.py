"""Convolutions that do not keep their input: a tenth less memory to paint with.

Torch keeps every convolution's input for the gradient of its weights. While painting, weights are frozen, and
the gradient of the input needs the weights alone; with a padding mode the kept input is even a copy.
"""

from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable

from pareidolia.networks.speed.convolution_calls import Convolution, ConvolutionMode


def lean_convolutions() -> AbstractContextManager[Any]:
    """Within it, `conv2d` with frozen weights keeps no input; results and gradients are the same to the bit.

    Only on the CPU and in one group; gradients can be taken once.
    """
    return _Lean()


class _Lean(ConvolutionMode):
    def replaced(self, call: Convolution) -> Tensor | None:
        if not call.only_leads_back or isinstance(call.padding, str):
            return None
        options = (_pair(each) for each in (call.stride, call.padding, call.dilation))
        result: Tensor = _Frozen.apply(call.input, call.weight, call.bias, *options)
        return result


def _pair(option: Any) -> list[int]:
    return [option, option] if isinstance(option, int) else list(option)


class _Frozen(Function):
    """A convolution whose backward pass needs the weights and the size of the input alone."""

    @staticmethod
    def forward(ctx: Any, input: Tensor, weight: Tensor, bias: Tensor | None, *options: list[int]) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.options, ctx.shape = options, input.shape
        channels_last = input.is_contiguous(memory_format=torch.channels_last) and not input.is_contiguous()
        ctx.layout = torch.channels_last if channels_last else torch.contiguous_format
        stride, padding, dilation = options
        return torch.conv2d(input, weight, bias, stride, padding, dilation)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, signal: Tensor) -> tuple[Tensor | None, ...]:
        (weight,) = ctx.saved_tensors
        # Its layout decides which kernel runs; nothing is read from it, so its pages are never touched.
        unseen = torch.empty(ctx.shape, dtype=signal.dtype, memory_format=ctx.layout)
        gradient = torch.ops.aten.convolution_backward(
            *(signal, unseen, weight, None, *ctx.options, False, [0, 0], 1, [True, False, False])
        )[0]
        return gradient, None, None, None, None, None
