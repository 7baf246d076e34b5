"""Calls of `torch.conv2d` seen from outside, to compute some of them another way."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode


class Convolution(NamedTuple):
    """The arguments of `torch.conv2d`: `Convolution(*args, **kwargs)` reads those of a call."""

    input: Tensor
    weight: Tensor
    bias: Tensor | None = None
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: int = 1

    @property
    def only_leads_back(self) -> bool:
        """Whether only the gradient of the pictures is needed: N×C×H×W on the CPU, in one group."""
        frozen = not any(each is not None and each.requires_grad for each in (self.weight, self.bias))
        plain = self.input.ndim == 4 and self.input.device.type == "cpu" and self.groups == 1
        return frozen and plain and self.input.requires_grad


class ConvolutionMode(TorchFunctionMode):
    """A mode that sees every convolution that records a gradient; `replaced` may compute it another way."""

    @abstractmethod
    def replaced(self, call: Convolution) -> Tensor | None:
        """The convolution's result; None to let torch compute it."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func is torch.conv2d and torch.is_grad_enabled():
            result = self.replaced(Convolution(*args, **kwargs))
            if result is not None:
                return result
        return func(*args, **kwargs)
