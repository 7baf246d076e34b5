"""The rescale rule of DeepLIFT: a nonlinearity sends back the slope between a picture and its reference."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from pareidolia.backward.modes import ActivationFunction, RuleMode, in_mode
from pareidolia.backward.rectifiers import function_name
from pareidolia.backward.rerouting import Rerouted, reroute

# Inputs nearer than this to their reference have the derivative for a slope.
_NEAR = 1e-10
_ELEMENTWISE = frozenset(
    {"sigmoid", "tanh", "hardsigmoid", "hardtanh", "softsign", "logsigmoid", "erf", "exp"}
)
_POOLINGS = frozenset({f"{kind}max_pool{n}d" for kind in ("", "adaptive_") for n in (1, 2, 3)})


@contextmanager
def rescaled(module: nn.Module) -> Iterator[None]:
    """Send back (f(x) − f(x′)) / (x − x′) · g through every nonlinearity f (Shrikumar et al. 2017, eq. 12).

    The first half of every batch are pictures x, the second their references x′. Rectifiers, sigmoids and
    tanh work element by element; of max pooling the maxima of both halves share the difference; class
    probabilities are rescaled and centered. Products of two activations (gates, attention) and normalisations
    over a picture's own values keep their gradient at x: of networks with these a map's sum is not exact.

    Args:
        module: the network; if it is compiled, it runs eagerly inside.

    Yields:
        Nothing.

    Raises:
        BadNetwork: If a rectifier is hidden inside TorchScript.
    """
    with in_mode(_Rescaling(), module):
        yield


class _Rescaling(RuleMode):
    stand_ins = (Rerouted,)

    def rectify(self, name: str, x: Tensor, activation: ActivationFunction) -> Tensor:
        return _rescale(x, activation)

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        name = function_name(func)
        x = args[0] if args else kwargs.get("input")
        if torch.is_grad_enabled() and isinstance(x, Tensor) and x.requires_grad:
            rest = args[1:] if args else ()
            named = {key: value for key, value in kwargs.items() if key != "input"}

            def function(values: Tensor) -> Tensor:
                result: Tensor = func(values, *rest, **named)
                return result

            if name in _ELEMENTWISE:
                return _rescale(x, function)
            if name in _POOLINGS and not named.get("return_indices"):
                return _pool(x, function)
            if name == "softmax" and x.ndim == 2:
                return _rescale(x, function, centered=True)
        return super().__torch_function__(func, types, args, kwargs)


def _rescale(x: Tensor, function: ActivationFunction, *, centered: bool = False) -> Tensor:
    before = x.detach().clone()  # the function may work in place
    after = function(before.clone())
    rise, run = _difference(after), _difference(before)
    near = run.abs() < _NEAR
    slope = rise / run.where(~near, 1)

    def way_back(signal: Tensor) -> Tensor:
        found = torch.where(near, _gradient(function, before, signal), signal * slope)
        return found - found.mean(dim=tuple(range(1, found.ndim)), keepdim=True) if centered else found

    return reroute(x, function, way_back)


def _pool(x: Tensor, function: ActivationFunction) -> Tensor:
    """What max pooling gives more is shared by the maxima of both halves, by what each has over the other."""
    before = x.detach()
    after = function(before)
    ours, theirs = after.chunk(2)
    larger = torch.maximum(ours, theirs)
    above = torch.cat([larger - theirs, ours - larger])
    run = _difference(before)
    near = run.abs() < _NEAR

    def way_back(signal: Tensor) -> Tensor:
        shares = sum(_gradient(function, before, signal * above).chunk(2))
        assert isinstance(shares, Tensor)
        both = torch.cat([shares, shares])
        return torch.where(near, _gradient(function, before, signal), both / run.where(~near, 1))

    return reroute(x, function, way_back)


def _difference(values: Tensor) -> Tensor:
    """The first half of a batch less the second, twice."""
    ours, theirs = values.chunk(2)
    return torch.cat([ours - theirs] * 2)


def _gradient(function: ActivationFunction, x: Tensor, signal: Tensor) -> Tensor:
    with torch.enable_grad():
        leaf = x.clone().requires_grad_()
        # The second clone is for in-place functions, which must not overwrite a leaf.
        (found,) = torch.autograd.grad(function(leaf.clone()), leaf, signal)
    return found
