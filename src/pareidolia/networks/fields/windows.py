"""Receptive fields through windows: convolutions, pools and padding.

A rule is called with the field before, the shapes before and after, and the arguments of torch's function.
"""

from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from pareidolia.networks.fields.rules import RULES
from pareidolia.networks.fields.traced import GLOBAL, FieldOrGlobal, TracedField


def _pair(value: Any) -> tuple[Any, Any]:
    if isinstance(value, (tuple, list)):
        return (value[0], value[-1])
    return (value, value)


def _slide(field: TracedField, kernel: Any, stride: Any, padding: Any, dilation: Any = 1) -> FieldOrGlobal:
    if field.axes != (-2, -1):
        return GLOBAL
    rows, columns = (
        extent.slid(*window)
        for extent, *window in zip(
            (field.rows, field.columns),
            _pair(kernel),
            _pair(stride),
            _pair(padding),
            _pair(dilation),
            strict=True,
        )
    )
    return TracedField(rows, columns)


@RULES.of("conv2d")
def _conv2d(
    field: TracedField,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    weight: Tensor,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> FieldOrGlobal:
    kernel = weight.shape[-2:]
    if padding == "valid":
        padding = 0
    elif padding == "same":
        padding = [d * (k - 1) // 2 for d, k in zip(_pair(dilation), kernel, strict=True)]
    return _slide(field, tuple(kernel), stride, padding, dilation)


@RULES.of("max_pool2d", "max_pool2d_with_indices")
def _max_pool2d(
    field: TracedField,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> FieldOrGlobal:
    return _slide(field, kernel_size, stride or kernel_size, padding, dilation)


@RULES.of("avg_pool2d")
def _avg_pool2d(
    field: TracedField,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: Any = None,
) -> FieldOrGlobal:
    return _slide(field, kernel_size, stride or kernel_size, padding)


@RULES.of("lp_pool2d")
def _lp_pool2d(
    field: TracedField,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    norm_type: float,
    kernel_size: Any,
    stride: Any = None,
    ceil_mode: bool = False,
) -> FieldOrGlobal:
    return _slide(field, kernel_size, stride or kernel_size, 0)


@RULES.of("adaptive_avg_pool2d", "adaptive_max_pool2d", "adaptive_max_pool2d_with_indices")
def _adaptive_pool2d(
    field: TracedField,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    output_size: Any,
    return_indices: bool = False,
) -> FieldOrGlobal:
    """An adaptive pool is a plain one where the sizes divide; otherwise the field is global."""
    windows = [divmod(before[axis], after[axis]) for axis in (-2, -1)]
    if any(rest for _, rest in windows) or (after[-2] == 1 and after[-1] == 1):
        return GLOBAL
    kernel = tuple(window for window, _ in windows)
    return _slide(field, kernel, kernel, 0)


@RULES.of("pad")
def _pad(
    field: TracedField,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    pad: Any,
    mode: str = "constant",
    value: Any = None,
) -> FieldOrGlobal:
    left = {-1 - axis: int(pad[2 * axis]) for axis in range(len(pad) // 2)}
    rows, columns = (
        replace(extent, start=extent.start - left.get(axis, 0) * extent.stride)
        for axis, extent in zip(field.axes, (field.rows, field.columns), strict=True)
    )
    return TracedField(rows, columns, field.axes)
