"""The function modes that carry out the rules: how a rectifier treats the signal that comes back."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import Function, FunctionCtx
from torch.overrides import TorchFunctionMode

from pareidolia.backward.audit import refuse_scripted, refuse_unseen
from pareidolia.backward.eager import eager
from pareidolia.backward.engine import BACKWARD_FUNCTIONS, outputs_of, run_backward
from pareidolia.backward.handwritten import Watch
from pareidolia.backward.rectifiers import function_name, has_unit_slope, rectified_input
from pareidolia.networks.speed import passes_convolutions_on

ActivationFunction = Callable[[Tensor], Tensor]


@contextmanager
def in_mode(mode: "RuleMode", module: nn.Module) -> Iterator[None]:
    """Run what is inside under `mode`, with compiled parts of `module` run eagerly; refuses scripted ones."""
    refuse_scripted(module)
    with eager(), mode:
        yield


class _Rectified(Function):
    """Any activation going forward; going back, the rectified signal times `slope` (1 where that is None)."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, activation: ActivationFunction, slope: Tensor | None) -> Tensor:
        if slope is not None:
            ctx.save_for_backward(slope)
        y = activation(x)
        if y is x:
            ctx.mark_dirty(x)
        return y

    @staticmethod
    def backward(ctx: Any, signal: Tensor) -> tuple[Tensor, None, None]:
        signal = signal.clamp(min=0)
        for slope in ctx.saved_tensors:
            signal = signal * slope
        return signal, None, None


class _GuidedReLU(Function):
    """ReLU going forward; going back, the rectified signal where ReLU's output is positive: one pass less."""

    @staticmethod
    def forward(ctx: FunctionCtx, x: Tensor, activation: ActivationFunction) -> Tensor:
        y = activation(x)
        if y is x:
            ctx.mark_dirty(x)
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx: Any, signal: Tensor) -> tuple[Tensor, None]:
        (y,) = ctx.saved_tensors
        return torch.ops.aten.threshold_backward(signal.clamp(min=0), y, 0), None


class RuleMode(TorchFunctionMode):
    """Sees every torch function called inside it, and replaces the backward pass of the rectifiers.

    Modules, functions, tensor methods and in-place calls all arrive here, where hooks see modules only. The
    backward pass runs inside the mode too, since checkpointed parts come forward once more during it.
    """

    #: The autograd functions that stand for rectifiers.
    stand_ins: tuple[type[Function], ...]

    def __init__(self) -> None:
        super().__init__()
        self._watch = Watch()

    @abstractmethod
    def rectify(self, name: str, x: Tensor, activation: ActivationFunction) -> Tensor:
        """activation(x), through which the signal comes back by the rule."""

    @passes_convolutions_on
    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        if func in BACKWARD_FUNCTIONS:
            refuse_unseen(outputs_of(func, args, kwargs), seen=self.stand_ins)
            return run_backward(self, func, args, kwargs)
        if not torch.is_grad_enabled():
            return func(*args, **kwargs)
        name = function_name(func)
        x = rectified_input(name, args, kwargs)
        if x is None or not x.requires_grad:
            result = func(*args, **kwargs)
            self._watch.notice(name, args, kwargs, result)
            return result

        def activation(values: Tensor) -> Tensor:
            replaced = [values if argument is x else argument for argument in args]
            named = {key: values if argument is x else argument for key, argument in kwargs.items()}
            result: Tensor = func(*replaced, **named)
            return result

        return self.rectify(name, x, activation)


class DeconvnetMode(RuleMode):
    """R = max(g, 0); see `rules.deconvnet`."""

    stand_ins = (_Rectified,)

    def rectify(self, name: str, x: Tensor, activation: ActivationFunction) -> Tensor:
        result: Tensor = _Rectified.apply(x, activation, None)
        return result


class GuidedMode(RuleMode):
    """R = f'(x) · [x > 0] · max(g, 0); see `rules.guided`."""

    stand_ins = (_Rectified, _GuidedReLU)

    def rectify(self, name: str, x: Tensor, activation: ActivationFunction) -> Tensor:
        result: Tensor = (
            _GuidedReLU.apply(x, activation)
            if name == "relu"
            else _Rectified.apply(x, activation, _slope(name, x, activation))
        )
        return result


def _slope(name: str, x: Tensor, activation: ActivationFunction) -> Tensor:
    """f'(x) · [x > 0]."""
    positive = x.detach() > 0
    if has_unit_slope(name):
        return positive
    return derivative(x, activation) * positive


def derivative(x: Tensor, activation: ActivationFunction) -> Tensor:
    """f'(x) of an activation that works element by element."""
    leaf = x.detach().clone().requires_grad_()
    # The second clone is for in-place activations, which must not overwrite a leaf.
    (found,) = torch.autograd.grad(activation(leaf.clone()).sum(), leaf)
    return found
