"""Running autograd's backward pass inside a torch function mode.

A mode is switched off while it handles a call, and `backward` and `grad` are calls that it handles; so the
engine is started here with the mode entered again. That engine, `torch.autograd.Variable._execution_engine`,
is private to torch, which has no public way to run it inside a mode; `tests/backward` would show a change.
"""

from collections.abc import Callable, Mapping, Sequence
from inspect import signature
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

BACKWARD_FUNCTIONS = frozenset({torch.autograd.grad, torch.autograd.backward, Tensor.backward})


def outputs_of(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[Tensor, ...]:
    """The tensors at which a call of `grad` or `backward` starts."""
    return _as_tuple(next(iter(_arguments(function, args, kwargs).values())))


def run_backward(
    mode: TorchFunctionMode, function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> Any:
    """Run a call of one of `BACKWARD_FUNCTIONS` with a mode active throughout.

    Args:
        mode: the mode.
        function: what was called.
        args: its positional arguments.
        kwargs: its keyword arguments.

    Returns:
        What the call would have returned.
    """
    given = _arguments(function, args, kwargs)
    if given.get("is_grads_batched") or given.get("grad_variables") or given.get("materialize_grads"):
        return function(*args, **kwargs)
    outputs = outputs_of(function, args, kwargs)
    signals = next(
        (given[key] for key in ("grad_outputs", "grad_tensors", "gradient") if given.get(key) is not None),
        (None,) * len(outputs),
    )
    started = tuple(map(_signal, outputs, _as_tuple(signals)))
    create = bool(given["create_graph"])
    keep = create if given["retain_graph"] is None else bool(given["retain_graph"])
    accumulates = function is not torch.autograd.grad
    inputs = () if given["inputs"] is None else _as_tuple(given["inputs"])
    allow_unused = accumulates or bool(given["allow_unused"])
    run = torch.autograd.Variable._execution_engine.run_backward
    with mode:
        result = run(outputs, started, keep, create, inputs, allow_unused, accumulate_grad=accumulates)
    return None if accumulates else result


def _arguments(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    bound = signature(function).bind(*args, **kwargs)
    bound.apply_defaults()
    return bound.arguments


def _as_tuple(tensors: Any) -> tuple[Any, ...]:
    return (tensors,) if isinstance(tensors, Tensor) else tuple(tensors)


def _signal(output: Tensor, signal: Tensor | None) -> Tensor | None:
    if signal is not None:
        return signal
    if not output.requires_grad:
        return None
    if output.numel() != 1:
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    return torch.ones_like(output)
