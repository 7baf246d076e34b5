"""Activations written by hand, and attention: no rule applies to them, so they are named when called."""

import linecache
import sys
import weakref
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from pareidolia.backward.audit import operation_of, warn

_PRODUCTS = frozenset(
    {"mul", "multiply", "rmul", "imul", "div", "divide", "true_divide", "truediv", "itruediv"}
)
_EXTREMES = frozenset({"max", "min", "maximum", "minimum", "fmax", "fmin"})
_MASKED = _PRODUCTS | {"where", "masked_fill", "setitem", "index_put", "masked_scatter"}
_ATTENTION = frozenset({"scaled_dot_product_attention", "multi_head_attention_forward"})
# What they make takes a tensor's shape, type or device, but none of its values.
_CONSTANTS = frozenset(
    {f"new_{kind}" for kind in ("tensor", "zeros", "ones", "full", "empty")}
    | {f"{kind}_like" for kind in ("zeros", "ones", "full", "empty", "rand", "randn", "randint")}
)
_PACKAGE = str(Path(__file__).parents[1])
# Nodes of autograd's graph that work element by element: straight ones, and those that bend.
_LINEAR = frozenset({"Mul", "Div", "Add", "Sub", "Rsub", "Neg"})
_BENDING = frozenset(
    {"Pow", "Sigmoid", "Tanh", "Erf", "Exp", "Log1P", "Softplus", "Hardsigmoid", "Hardtanh", "Clamp"}
    | {"ClampMin", "Sign", "Abs", "Reciprocal", "_Rectified", "_GuidedReLU"}
)


class Watch:
    """Finds activations written by hand: x · (x > 0), where(x > 0, x, 0), x · sigmoid(x), (x + |x|) / 2.

    A rule cannot be applied to them, so each is named once, with its line of code, in a BackwardWarning.
    """

    def __init__(self) -> None:
        self._masks: dict[int, weakref.ref[Tensor]] = {}
        self._warned: set[str] = set()

    def notice(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], result: Any) -> None:
        """Check one call that no rule replaced.

        Args:
            name: of the function.
            args: its positional arguments.
            kwargs: its keyword arguments.
            result: what it returned.
        """
        if name == "get":  # an attribute such as x.shape
            return
        if name in _ATTENTION:
            self._once("attention keeps its plain gradient: the rule was made for networks of rectifiers")
        tensors = [value for value in (*args, *kwargs.values()) if isinstance(value, Tensor)]
        signals = [tensor for tensor in tensors if tensor.requires_grad]
        masks = [tensor for tensor in tensors if self._is_mask(tensor)]
        made_from = [] if name in _CONSTANTS else [*signals, *masks]
        if isinstance(result, Tensor) and not result.requires_grad and made_from:
            self._masks[id(result)] = weakref.ref(result)
        if not signals:
            return
        by_mask = name in _MASKED and bool(masks)
        by_itself = name in (_PRODUCTS | _EXTREMES) and len(signals) == 2 and _self_gated(name, *signals)
        if by_mask or by_itself or name in ("abs", "absolute"):
            line = _calling_line()
            if line is not None:
                self._once(
                    f"an activation written by hand keeps its plain gradient: {line}; "
                    "use torch.nn.functional's"
                )

    def _is_mask(self, tensor: Tensor) -> bool:
        """Whether a tensor without gradient was made from activations (by a comparison, a sign, a detach)."""
        reference = self._masks.get(id(tensor))
        return reference is not None and reference() is tensor

    def _once(self, text: str) -> None:
        if text not in self._warned:
            self._warned.add(text)
            warn(text)


def _self_gated(name: str, one: Tensor, other: Tensor) -> bool:
    """Whether both operands come, element by element, from one tensor, one of them through a nonlinearity."""
    if one is other:
        return False
    first, bent = _origins(one)
    second, also_bent = _origins(other)
    return not first.isdisjoint(second) and (bent != also_bent or name in _EXTREMES)


def _origins(tensor: Tensor) -> tuple[set[tuple[Any, int]], bool]:
    """The edges of autograd's graph that elementwise operations lead back to; whether one is nonlinear."""
    edges: set[tuple[Any, int]] = set()
    waiting, bent = [(tensor.grad_fn, tensor.output_nr)], False
    while waiting and len(edges) < 64:
        edge = waiting.pop()
        if edge[0] is None or edge in edges:
            continue
        edges.add(edge)
        kind = operation_of(edge[0])
        bent = bent or kind in _BENDING
        if kind in _LINEAR or kind in _BENDING:
            waiting.extend(edge[0].next_functions)
    return edges, bent


def _calling_line() -> str | None:
    """The line of code that called torch: `net.py:12 in forward: return x * (x > 0)`.

    None where that is a line of this package, e.g. one that prepares a picture: no network stands there.
    """
    hidden = (str(Path(torch.__file__).parent), str(Path(__file__).parent))
    frame = sys._getframe(1)
    while frame.f_back is not None and frame.f_code.co_filename.startswith(hidden):
        frame = frame.f_back
    file, line = frame.f_code.co_filename, frame.f_lineno
    if file.startswith(_PACKAGE):
        return None
    text = linecache.getline(file, line).strip()
    return f"{Path(file).name}:{line} in {frame.f_code.co_qualname}: {text}"
