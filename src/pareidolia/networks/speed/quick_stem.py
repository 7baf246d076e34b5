"""The gradient of thin strided convolutions in less than half the time.

A network begins with a convolution of three channels, often with stride 2; torch spends a sixth of a forward
and backward pass on its gradient with respect to the pixels. The forward pass is unchanged to the bit.
"""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable
from torch.nn import functional as F

from pareidolia.networks.speed.convolution_calls import Convolution, ConvolutionMode

_THIN = 4


def quick_stem() -> AbstractContextManager[Any]:
    """Within it, gradients of strided `conv2d` of up to four channels to its input are computed by phases.

    Only on the CPU, with square windows and weights that need no gradient themselves. The gradient is the
    same sum in another order, and can be taken once.
    """
    return _QuickStem()


class _QuickStem(ConvolutionMode):
    def replaced(self, call: Convolution) -> Tensor | None:
        stride, padding = _single(call.stride), _single(call.padding)
        if stride is None or padding is None or stride < 2 or _single(call.dilation) != 1:
            return None
        kernel = call.weight.shape[-1]
        fits = call.weight.shape[1] <= _THIN and call.weight.shape[2] == kernel >= stride
        if not (fits and call.only_leads_back):
            return None
        result: Tensor = _Thin.apply(call.input, call.weight, call.bias, stride, padding)
        return result


def _single(option: Any) -> int | None:
    """An option of one or two equal numbers as one number; None if they differ or it is text."""
    if isinstance(option, int):
        return option
    numbers = set(option)
    return numbers.pop() if len(numbers) == 1 and not isinstance(option, str) else None


class _Thin(Function):
    """A convolution whose backward pass is computed by phases."""

    @staticmethod
    def forward(
        ctx: Any, pictures: Tensor, weight: Tensor, bias: Tensor | None, stride: int, padding: int
    ) -> Tensor:
        ctx.save_for_backward(weight)
        ctx.stride, ctx.padding, ctx.size = stride, padding, pictures.shape[-2:]
        return torch.conv2d(pictures, weight, bias, stride, padding)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, signal: Tensor) -> tuple[Tensor | None, ...]:
        (weight,) = ctx.saved_tensors
        return transposed(signal, weight, ctx.stride, ctx.padding, ctx.size), None, None, None, None


def transposed(signal: Tensor, weight: Tensor, stride: int, padding: int, size: Sequence[int]) -> Tensor:
    """The transposed convolution to pictures.

    The pixels whose row and column leave the same remainders on division by the stride get their sums from
    the same part of the window: each such phase is a plain convolution of the signal, and all are one of
    C·stride² channels, laid out by a pixel shuffle (Shi et al. 2016).

    Args:
        signal: N×O×h×w.
        weight: O×C×k×k.
        stride: of the convolution.
        padding: of the convolution.
        size: H and W.

    Returns:
        N×C×H×W.
    """
    outputs, channels, kernel, _ = weight.shape
    taps = -(-kernel // stride)
    filled = F.pad(weight, (0, taps * stride - kernel) * 2)
    parts = filled.view(outputs, channels, taps, stride, taps, stride).permute(1, 3, 5, 0, 2, 4)
    phases = parts.reshape(channels * stride**2, outputs, taps, taps).flip(2, 3)
    spread = F.pixel_shuffle(torch.conv2d(signal, phases, padding=taps - 1), stride)
    height, width = size
    # Pixels that no window reached get nothing.
    missing = (max(0, width + padding - spread.shape[3]), max(0, height + padding - spread.shape[2]))
    whole = F.pad(spread, (0, missing[0], 0, missing[1]))
    return whole[:, :, padding : padding + height, padding : padding + width].contiguous()
