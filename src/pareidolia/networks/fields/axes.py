"""Receptive fields through what moves axes, or works along them.

A rule is called with the field before, the shapes before and after, and the arguments of torch's function.
"""

import math
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from pareidolia.networks.fields.rules import RULES
from pareidolia.networks.fields.traced import GLOBAL, FieldOrGlobal, TracedField


@RULES.of("permute")
def _permute(
    field: TracedField, before: torch.Size, after: torch.Size, input: Tensor, *dims: Any, **named: Any
) -> FieldOrGlobal:
    order = named.get("dims", dims[0] if len(dims) == 1 else dims)
    count = len(before)
    axes_after = [axis % count for axis in order]
    rows, columns = (axes_after.index(axis % count) - count for axis in field.axes)
    return replace(field, axes=(rows, columns))


@RULES.of("transpose", "swapaxes", "swapdims")
def _transpose(
    field: TracedField, before: torch.Size, after: torch.Size, input: Tensor, dim0: int, dim1: int
) -> FieldOrGlobal:
    order = list(range(len(before)))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    return _permute(field, before, after, input, order)


@RULES.of("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze")
def _reshape(
    field: TracedField, before: torch.Size, after: torch.Size, *arguments: Any, **named: Any
) -> FieldOrGlobal:
    """An axis is still there where its length, and the number of values after it, are."""
    axes_after: list[int] = []
    for axis in field.axes:
        following = math.prod(before[axis:]) // max(before[axis], 1)
        kept = (
            axis_after - len(after)
            for axis_after in range(len(after))
            if after[axis_after] == before[axis] and math.prod(after[axis_after + 1 :]) == following
        )
        axis_after = next(kept, None)
        if axis_after is None:
            return GLOBAL
        axes_after.append(axis_after)
    return replace(field, axes=(axes_after[0], axes_after[1]))


@RULES.of("linear")
def _along_last(
    field: TracedField, before: torch.Size, after: torch.Size, *arguments: Any, **named: Any
) -> FieldOrGlobal:
    """A linear map of the last axis looks at no other position unless that axis is one of the picture's."""
    return GLOBAL if -1 in field.axes else field


@RULES.of("layer_norm", "rms_norm")
def _layer_norm(
    field: TracedField,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    normalized_shape: Any,
    *rest: Any,
    **named: Any,
) -> FieldOrGlobal:
    return GLOBAL if any(-axis <= len(normalized_shape) for axis in field.axes) else field


_ALONG_AXES = """
    cat concat unbind select narrow mean sum amax amin max min std var softmax log_softmax logsumexp
    argmax argmin
""".split()  # noqa: SIM905


@RULES.of(*_ALONG_AXES)
def _over_channels(
    field: TracedField,
    before: torch.Size,
    after: torch.Size,
    input: Any,
    dim: Any = None,
    *rest: Any,
    **named: Any,
) -> FieldOrGlobal:
    """What works along axes (mean, softmax, cat, ...) mixes positions if these are the picture's."""
    dim = named.get("axis", dim)
    if dim is None:
        return GLOBAL
    count = len(before)
    dims = {each % count for each in (dim if isinstance(dim, (tuple, list)) else (dim,))}
    if dims & {axis % count for axis in field.axes}:
        return GLOBAL
    if len(after) == count:
        return field
    rows, columns = (axis + sum(each > axis % count for each in dims) for axis in field.axes)
    return replace(field, axes=(rows, columns))


@RULES.of("chunk", "split", "tensor_split")
def _split(
    field: TracedField, before: torch.Size, after: torch.Size, input: Tensor, sections: Any, dim: int = 0
) -> FieldOrGlobal:
    return _over_channels(field, before, after, input, dim)


@RULES.of("normalize")
def _normalize(
    field: TracedField,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    p: float = 2.0,
    dim: Any = 1,
    *rest: Any,
) -> FieldOrGlobal:
    return _over_channels(field, before, after, input, dim)


@RULES.of("__getitem__")
def _getitem(
    field: TracedField, before: torch.Size, after: torch.Size, input: Tensor, index: Any
) -> FieldOrGlobal:
    """Slices and numbers on the other axes; the picture's axes are to stay whole."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if not all(part is None or part is Ellipsis or isinstance(part, (int, slice)) for part in parts):
        return GLOBAL
    used = sum(part is not None and part is not Ellipsis for part in parts)
    gap = parts.index(Ellipsis) if Ellipsis in parts else len(parts)
    parts[gap : gap + 1] = [slice(None)] * (len(before) - used)
    axes: dict[int, int] = {}
    source = target = 0
    for part in parts:
        if isinstance(part, slice) and part == slice(None):
            axes[source - len(before)] = target - len(after)
        source += part is not None
        target += not isinstance(part, int)
    if any(axis not in axes for axis in field.axes):
        return GLOBAL
    return replace(field, axes=(axes[field.axes[0]], axes[field.axes[1]]))
