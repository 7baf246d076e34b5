"""What the positions of a tensor see, and what each function of torch does to that.

Windows (convolutions, pools) widen it, elementwise functions join what their inputs see, and functions that
move axes are followed, so that channels-last blocks keep their receptive field. Everything that mixes
positions in other ways (attention, flattening, statistics over the map) sees the whole picture.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from pareidolia.networks.receptive import Extent, ReceptiveField


@dataclass(frozen=True)
class Seen:
    """What the positions of a tensor see; `axes` are the picture's rows and columns, counted from the end."""

    rows: Extent
    columns: Extent
    axes: tuple[int, int] = (-2, -1)

    def field(self) -> ReceptiveField:
        """The same as the public `ReceptiveField`."""
        pair = (self.rows, self.columns)
        size, stride, start = zip(*((each.size, each.stride, each.start) for each in pair), strict=True)
        return ReceptiveField(size, stride, start)


class Everything:
    """The whole picture, or a field that cannot be determined."""


EVERYTHING = Everything()
Sight = Seen | Everything


def sight_after(
    name: str,
    inputs: Sequence[Sight],
    before: torch.Size,
    after: torch.Size,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> Sight:
    """What an output of shape `after` sees; `name` was called on `inputs`, the first of shape `before`."""
    seen = _joined(inputs)
    if not isinstance(seen, Seen) or name in _MIXING:
        return EVERYTHING
    rule = _RULES.get(name)
    if rule is None:
        return seen if _same_at(seen.axes, before, after) else EVERYTHING
    try:
        return rule(seen, before, after, *args, **kwargs)
    except (TypeError, ValueError, IndexError):  # called in a way that the rule does not know
        return EVERYTHING


def _joined(inputs: Sequence[Sight]) -> Sight:
    first, *others = inputs
    for other in others:
        if not isinstance(first, Seen) or not isinstance(other, Seen) or first.axes != other.axes:
            return EVERYTHING
        rows, columns = first.rows.joined(other.rows), first.columns.joined(other.columns)
        if rows is None or columns is None:
            return EVERYTHING
        first = Seen(rows, columns, first.axes)
    return first


def _same_at(axes: Iterable[int], before: torch.Size, after: torch.Size) -> bool:
    return all(len(after) >= -axis and after[axis] == before[axis] for axis in axes)


def _pair(value: Any) -> tuple[Any, Any]:
    if isinstance(value, (tuple, list)):
        return (value[0], value[-1])
    return (value, value)


def _slide(seen: Seen, kernel: Any, stride: Any, padding: Any, dilation: Any = 1) -> Sight:
    if seen.axes != (-2, -1):
        return EVERYTHING
    rows, columns = (
        extent.slid(*window)
        for extent, *window in zip(
            (seen.rows, seen.columns),
            _pair(kernel),
            _pair(stride),
            _pair(padding),
            _pair(dilation),
            strict=True,
        )
    )
    return Seen(rows, columns)


def _conv2d(
    seen: Seen, before: torch.Size, after: torch.Size, input: Tensor, weight: Tensor, bias: Any = None,
    stride: Any = 1, padding: Any = 0, dilation: Any = 1, groups: int = 1,
) -> Sight:  # fmt: skip
    kernel = weight.shape[-2:]
    if padding == "valid":
        padding = 0
    elif padding == "same":
        padding = [d * (k - 1) // 2 for d, k in zip(_pair(dilation), kernel, strict=True)]
    return _slide(seen, tuple(kernel), stride, padding, dilation)


def _max_pool2d(
    seen: Seen, before: torch.Size, after: torch.Size, input: Tensor, kernel_size: Any, stride: Any = None,
    padding: Any = 0, dilation: Any = 1, ceil_mode: bool = False, return_indices: bool = False,
) -> Sight:  # fmt: skip
    return _slide(seen, kernel_size, stride or kernel_size, padding, dilation)


def _avg_pool2d(
    seen: Seen, before: torch.Size, after: torch.Size, input: Tensor, kernel_size: Any, stride: Any = None,
    padding: Any = 0, ceil_mode: bool = False, count_include_pad: bool = True, divisor_override: Any = None,
) -> Sight:  # fmt: skip
    return _slide(seen, kernel_size, stride or kernel_size, padding)


def _lp_pool2d(
    seen: Seen, before: torch.Size, after: torch.Size, input: Tensor, norm_type: float, kernel_size: Any,
    stride: Any = None, ceil_mode: bool = False,
) -> Sight:  # fmt: skip
    return _slide(seen, kernel_size, stride or kernel_size, 0)


def _adaptive_pool2d(
    seen: Seen,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    output_size: Any,
    return_indices: bool = False,
) -> Sight:
    """An adaptive pool is a plain one if the sizes divide; pieces of unequal size count as equal."""
    windows = [divmod(before[axis], after[axis]) for axis in (-2, -1)]
    if any(rest for _, rest in windows) or (after[-2] == 1 and after[-1] == 1):
        return EVERYTHING
    kernel = tuple(window for window, _ in windows)
    return _slide(seen, kernel, kernel, 0)


def _pad(
    seen: Seen,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    pad: Any,
    mode: str = "constant",
    value: Any = None,
) -> Sight:
    left = {-1 - place: int(pad[2 * place]) for place in range(len(pad) // 2)}
    rows, columns = (
        replace(extent, start=extent.start - left.get(axis, 0) * extent.stride)
        for axis, extent in zip(seen.axes, (seen.rows, seen.columns), strict=True)
    )
    return Seen(rows, columns, seen.axes)


def _permute(
    seen: Seen, before: torch.Size, after: torch.Size, input: Tensor, *dims: Any, **named: Any
) -> Sight:
    order = named.get("dims", dims[0] if len(dims) == 1 else dims)
    count = len(before)
    places = [place % count for place in order]
    rows, columns = (places.index(axis % count) - count for axis in seen.axes)
    return replace(seen, axes=(rows, columns))


def _transpose(
    seen: Seen, before: torch.Size, after: torch.Size, input: Tensor, dim0: int, dim1: int
) -> Sight:
    order = list(range(len(before)))
    order[dim0], order[dim1] = order[dim1], order[dim0]
    return _permute(seen, before, after, input, order)


def _reshape(seen: Seen, before: torch.Size, after: torch.Size, *arguments: Any, **named: Any) -> Sight:
    """An axis is still there if its length, and the number of values after it, are."""
    places: list[int] = []
    for axis in seen.axes:
        following = math.prod(before[axis:]) // max(before[axis], 1)
        kept = (
            place - len(after)
            for place in range(len(after))
            if after[place] == before[axis] and math.prod(after[place + 1 :]) == following
        )
        place = next(kept, None)
        if place is None:
            return EVERYTHING
        places.append(place)
    return replace(seen, axes=(places[0], places[1]))


def _along_last(seen: Seen, before: torch.Size, after: torch.Size, *arguments: Any, **named: Any) -> Sight:
    """A linear map of the last axis mixes no other positions unless that axis is one of the picture's."""
    return EVERYTHING if -1 in seen.axes else seen


def _layer_norm(
    seen: Seen,
    before: torch.Size,
    after: torch.Size,
    input: Tensor,
    normalized_shape: Any,
    *rest: Any,
    **named: Any,
) -> Sight:
    return EVERYTHING if any(-axis <= len(normalized_shape) for axis in seen.axes) else seen


def _over_channels(
    seen: Seen, before: torch.Size, after: torch.Size, input: Any, dim: Any = None, *rest: Any, **named: Any
) -> Sight:
    """Functions along axes (mean, softmax, cat, …) mix positions if these are the picture's."""
    dim = named.get("axis", dim)
    if dim is None:
        return EVERYTHING
    count = len(before)
    dims = {each % count for each in (dim if isinstance(dim, (tuple, list)) else (dim,))}
    if dims & {axis % count for axis in seen.axes}:
        return EVERYTHING
    if len(after) == count:
        return seen
    rows, columns = (axis + sum(each > axis % count for each in dims) for axis in seen.axes)
    return replace(seen, axes=(rows, columns))


def _split(
    seen: Seen, before: torch.Size, after: torch.Size, input: Tensor, sections: Any, dim: int = 0
) -> Sight:
    return _over_channels(seen, before, after, input, dim)


def _normalize(
    seen: Seen, before: torch.Size, after: torch.Size, input: Tensor, p: float = 2.0, dim: Any = 1, *rest: Any
) -> Sight:
    return _over_channels(seen, before, after, input, dim)


def _getitem(seen: Seen, before: torch.Size, after: torch.Size, input: Tensor, index: Any) -> Sight:
    """Slices and numbers on the other axes; the picture's axes must stay whole."""
    parts = list(index) if isinstance(index, tuple) else [index]
    if not all(part is None or part is Ellipsis or isinstance(part, (int, slice)) for part in parts):
        return EVERYTHING
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
    if any(axis not in axes for axis in seen.axes):
        return EVERYTHING
    return replace(seen, axes=(axes[seen.axes[0]], axes[seen.axes[1]]))


_MIXING = frozenset(
    """
    matmul __matmul__ __rmatmul__ bmm baddbmm mm addmm einsum tensordot scaled_dot_product_attention
    multi_head_attention_forward group_norm instance_norm roll flip rot90 sort cumsum norm movedim moveaxis
    interpolate upsample grid_sample affine_grid pixel_shuffle pixel_unshuffle fold unfold conv1d conv3d
    conv_transpose1d conv_transpose2d conv_transpose3d bilinear embedding gather scatter index_select
    fft fft2 fftn rfft rfft2 rfftn
    """.split()  # noqa: SIM905
)

_RULES_OF: dict[Callable[..., Sight], str] = {
    _conv2d: "conv2d",
    _max_pool2d: "max_pool2d max_pool2d_with_indices",
    _avg_pool2d: "avg_pool2d",
    _lp_pool2d: "lp_pool2d",
    _adaptive_pool2d: "adaptive_avg_pool2d adaptive_max_pool2d adaptive_max_pool2d_with_indices",
    _pad: "pad",
    _along_last: "linear",
    _layer_norm: "layer_norm rms_norm",
    _normalize: "normalize",
    _permute: "permute",
    _transpose: "transpose swapaxes swapdims",
    _reshape: "view reshape flatten unflatten squeeze unsqueeze",
    _split: "chunk split tensor_split",
    _over_channels: "cat concat unbind select narrow mean sum amax amin max min std var softmax log_softmax "
    "logsumexp argmax argmin",
    _getitem: "__getitem__",
}
_RULES = {name: rule for rule, names in _RULES_OF.items() for name in names.split()}
