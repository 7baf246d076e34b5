"""Max pooling to the same bits in less time: on a CPU torch pools quickly in channels-last layout only.

Maxima are exact in every layout, while convolutions round differently in another; so max pooling may be sped
up even where no bit may change.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import Function, once_differentiable
from torch.nn import functional
from torch.overrides import TorchFunctionMode


def quick_pooling() -> AbstractContextManager[Any]:
    """Within it, `max_pool2d` of maps N×C×H×W on the CPU runs in channels-last layout, its result in NCHW.

    Values, gradients and the choice among equal maxima stay the same, bit by bit. Gradients can be taken
    once.
    """
    return _QuickPooling()


# A mode sees the Python function that is called, but not the functions that it calls.
_POOLINGS = frozenset({torch.max_pool2d, functional.max_pool2d})


class _QuickPooling(TorchFunctionMode):
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func in _POOLINGS:
            maps, options, return_indices = _options(*args, **kwargs)
            if _is_slow(maps) and not return_indices:
                return _MaxPool.apply(maps, *options)
        return func(*args, **kwargs)


def _is_slow(maps: Tensor) -> bool:
    """Whether torch would pool these maps the slow way."""
    return maps.ndim == 4 and maps.device.type == "cpu" and maps.is_contiguous()


def _options(
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, tuple[Any, ...], bool]:
    """The arguments of one call of `_POOLINGS`: the maps, the window, and whether indices are wanted."""
    return input, (kernel_size, stride or kernel_size, padding, dilation, ceil_mode), return_indices


class _MaxPool(Function):
    """Pools channels last; the signal goes back to the maxima in the layout of the maps."""

    @staticmethod
    def forward(ctx: Any, maps: Tensor, *options: Any) -> Tensor:
        last = maps.contiguous(memory_format=torch.channels_last)
        pooled, places = torch.ops.aten.max_pool2d_with_indices(last, *(_pair(each) for each in options))
        ctx.save_for_backward(maps, places.contiguous())
        ctx.options = options
        result: Tensor = pooled.contiguous()
        return result

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, signal: Tensor) -> tuple[Tensor | None, ...]:
        maps, places = ctx.saved_tensors
        options = (_pair(each) for each in ctx.options)
        back = torch.ops.aten.max_pool2d_with_indices_backward(signal.contiguous(), maps, *options, places)
        return back, *(None for _ in ctx.options)


def _pair(option: Any) -> Any:
    """An option as a list of two, which operators need and torch's functions do not."""
    return [option, option] if isinstance(option, int) and not isinstance(option, bool) else option
