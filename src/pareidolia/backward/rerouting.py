"""Backward rules of one's own: a function's value as it is, and any way back for its signal.

`RuleMode` meets rectifiers. `LinearRuleMode` also meets convolutions and matrix products with weights, so
that a rule for these is a class with one method. Layer-wise relevance propagation is left out: its authors'
institutes hold patents on it ("Relevance score assignment for artificial neural networks").
"""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import Function

from pareidolia.backward.modes import ActivationFunction, RuleMode, derivative
from pareidolia.backward.rectifiers import function_name

Way = Callable[[Tensor], Tensor]


class Rerouted(Function):
    """A function's value going forward; going back, what another function makes of the signal."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, function: ActivationFunction, way_back: Way) -> Tensor:
        ctx.way_back = way_back
        y = function(x)
        if y is x:
            ctx.mark_dirty(x)
        return y

    @staticmethod
    def backward(ctx: Any, signal: Tensor) -> tuple[Tensor, None, None]:
        # The engine runs inside the rule's mode, which would meet what the way back calls.
        with torch._C.DisableTorchFunction():
            return ctx.way_back(signal), None, None


def reroute(x: Tensor, function: ActivationFunction, way_back: Way) -> Tensor:
    """function(x), through which a signal comes back by another way than the gradient's.

    Args:
        x: the input.
        function: computes the value; it may work in place.
        way_back: called with the signal at the output; gives the one at the input, in the shape of `x`.

    Returns:
        The value.
    """
    result: Tensor = Rerouted.apply(x, function, way_back)
    return result


@dataclass(frozen=True)
class LinearCall:
    """A call of a convolution or of a product with a weight matrix.

    Attributes:
        name: `conv2d`, `linear`, `conv_transpose2d` and the like.
        x: the input.
        weight: the weights.
        bias: N numbers, or None.
        function: torch's function, called with input, weight, bias and what else was given.
        rest: what else was given: stride, padding, ….
    """

    name: str
    x: Tensor
    weight: Tensor
    bias: Tensor | None
    function: Callable[..., Tensor]
    rest: tuple[tuple[Any, ...], Mapping[str, Any]]

    def value(self, x: Tensor) -> Tensor:
        """The function of another input."""
        positional, named = self.rest
        return self.function(x, self.weight, self.bias, *positional, **named)

    def changed(self, *, weight: Tensor, bias: Tensor | None = None) -> "LinearCall":
        """The same call with other weights, and without a bias unless one is given."""
        return replace(self, weight=weight, bias=bias)

    def back(self, signal: Tensor) -> Tensor:
        """Wᵀ · signal: what the gradient would send back to the input."""
        with torch.enable_grad():
            leaf = self.x.detach().clone().requires_grad_()
            (found,) = torch.autograd.grad(self.value(leaf), leaf, signal)
        return found


_LINEAR = frozenset({"linear", *(f"conv{kind}{n}d" for kind in ("", "_transpose") for n in (1, 2, 3))})


def linear_call(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> LinearCall | None:
    """A call of torch read as a linear one.

    Args:
        function: what is called.
        args: its positional arguments.
        kwargs: its keyword arguments.

    Returns:
        The call; None where it is another.
    """
    name = function_name(function)
    if name not in _LINEAR:
        return None
    named = dict(kwargs)
    given = list(args[:3])
    for key in ("input", "weight", "bias")[len(given) :]:
        given.append(named.pop(key, None))
    x, weight, bias = given
    return LinearCall(name, x, weight, bias, function, (tuple(args[3:]), named))


class LinearRuleMode(RuleMode):
    """Sees every linear call inside it and sends back as `linear` says; rectifiers keep their gradient.

    Such a mode goes on to see them: within it nothing is replaced by what is quicker (`networks.speed`).
    """

    stand_ins = (Rerouted,)

    @abstractmethod
    def linear(self, call: LinearCall) -> Tensor:
        """The call's value, through which the signal comes back by the rule; `reroute` makes such."""

    def rectify(self, name: str, x: Tensor, activation: ActivationFunction) -> Tensor:
        slope = derivative(x, activation)
        return reroute(x, activation, lambda signal: signal * slope)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        call = linear_call(func, args, kwargs or {}) if torch.is_grad_enabled() else None
        if call is not None and call.x.requires_grad:
            return self.linear(call)
        return super().__torch_function__(func, types, args, kwargs)
