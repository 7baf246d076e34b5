"""Which calls of torch functions are rectifiers, however they are written.

A rectifier lets the positive part of its input pass and stops, or dampens, the negative part: ReLU and
similar functions. Sigmoid, tanh, softmax and gates such as hardsigmoid or GLU are not rectifiers and keep
their gradient.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

# By name, since one name serves the function, the tensor method, the in-place form and the ATen operator.
_ALWAYS = frozenset(
    {
        "relu",
        "relu6",
        "leaky_relu",
        "prelu",
        "prelu_kernel",
        "rrelu",
        "elu",
        "selu",
        "celu",
        "silu",
        "gelu",
        "mish",
        "hardswish",
        "softplus",
    }
)
# Their slope where the input is positive is 1, so that the sign alone determines it.
_UNIT_SLOPE = frozenset({"relu", "leaky_relu", "prelu", "prelu_kernel", "rrelu", "elu", "celu", "clamp_min"})


def function_name(function: Callable[..., Any]) -> str:
    """The bare name of a torch function: `relu` for `F.relu`, `Tensor.relu_` and `aten.relu.default`."""
    return str(getattr(function, "__name__", "")).partition(".")[0].strip("_")


def rectified_input(name: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Tensor | None:
    """The tensor that the call `name(*args, **kwargs)` rectifies.

    `clamp`, `clip`, `clamp_min`, `hardtanh`, `threshold`, `max` and `maximum` count if their lower bound
    is zero: `clamp(min=0)`, `hardtanh(0, 6)`, `maximum(x, zeros)`.

    Args:
        name: bare name of the function, from `function_name`.
        args: its positional arguments.
        kwargs: its keyword arguments.

    Returns:
        The tensor; None if the call is not a rectifier.
    """
    first = args[0] if args else kwargs.get("input", kwargs.get("self"))
    if not isinstance(first, Tensor):
        return None
    if name in _ALWAYS:
        return first
    if name in _BOUNDED:
        position, keyword, default = _BOUNDED[name]
        bound = args[position] if len(args) > position else kwargs.get(keyword, default)
        return first if _is_zero(bound) else None
    if name == "threshold":
        bound, value = (*args[1:], *(kwargs[key] for key in ("threshold", "value") if key in kwargs))[:2]
        return first if value == 0 and bound >= 0 else None
    if name in ("max", "maximum", "fmax"):
        return _larger_than_zero(first, args[1] if len(args) > 1 else kwargs.get("other"))
    return None


def has_unit_slope(name: str) -> bool:
    """Whether the rectifier's derivative is exactly 1 for every positive input."""
    return name in _UNIT_SLOPE


# Name → position and keyword of its lower bound, and the default.
_BOUNDED: dict[str, tuple[int, str, float | None]] = {
    "clamp": (1, "min", None),
    "clip": (1, "min", None),
    "clamp_min": (1, "min", None),
    "hardtanh": (1, "min_val", -1.0),
}


def _larger_than_zero(first: Tensor, second: object) -> Tensor | None:
    """Of `maximum(first, second)`, the operand that is compared with zero, if the other one is zero."""
    if not isinstance(second, Tensor):
        return None
    if _is_zero(second):
        return first
    return second if _is_zero(first) else None


def _is_zero(bound: object) -> bool:
    if isinstance(bound, Tensor):
        return not bound.requires_grad and not bool(torch.count_nonzero(bound.detach()))
    return isinstance(bound, int | float) and bound == 0
