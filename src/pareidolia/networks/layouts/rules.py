"""What each function of torch does to places: `places_after`."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from pareidolia.networks.fields import tensors_in
from pareidolia.networks.layouts.places import NOWHERE, Places

_NAMES = str.split
# They move numbers and change none: done to the places as well.
_REARRANGING = frozenset(
    _NAMES(
        """
        view reshape flatten unflatten squeeze unsqueeze permute transpose swapaxes swapdims movedim moveaxis
        contiguous expand expand_as repeat tile repeat_interleave chunk split tensor_split unbind select
        narrow t __getitem__ __get__ cat concat concatenate stack hstack vstack roll flip rot90 index_select
        view_as reshape_as unsafe_chunk unsafe_split meshgrid
        """
    )
)
# They make maps of maps; a new resolution is a new grid.
_ON_MAPS = frozenset(
    _NAMES(
        """
        conv2d conv_transpose2d max_pool2d max_pool2d_with_indices _max_pool2d avg_pool2d lp_pool2d
        adaptive_avg_pool2d adaptive_max_pool2d adaptive_max_pool2d_with_indices _adaptive_max_pool2d
        interpolate upsample pixel_shuffle pixel_unshuffle grid_sample fractional_max_pool2d
        """
    )
)
_REDUCING = frozenset(_NAMES("mean sum amax amin max min median std var norm logsumexp prod any all"))
_PRODUCTS = frozenset(_NAMES("matmul __matmul__ bmm mm"))
_ATTENTION = frozenset(_NAMES("scaled_dot_product_attention multi_head_attention_forward"))
# They mix positions into something of another meaning.
_LOST = frozenset(
    _NAMES(
        """
        einsum tensordot baddbmm addmm unfold fold conv1d conv3d sort argsort topk cumsum gather scatter
        scatter_add embedding affine_grid outer kron bincount nonzero
        """
    )
)


@dataclass(frozen=True)
class Call:
    """A call of a function of torch.

    Attributes:
        func: the function.
        args: what it was called with.
        kwargs: likewise, by name.
        of: gives the places of a tensor.
        shapes: of the tensors that have places, by identity, as they were before the call.
    """

    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    of: Callable[[Tensor], Places | None]
    shapes: dict[int, torch.Size]

    @property
    def name(self) -> str:
        """The function's name, without the underscore of its in-place form."""
        name = getattr(self.func, "__name__", "")
        return name if name.startswith("_") else name.rstrip("_")

    def tracked(self) -> Iterator[tuple[torch.Size, Places]]:
        """The tensors that have places, with their shapes before the call."""
        for each in tensors_in((self.args, self.kwargs)):
            places = self.of(each)
            if places is not None and id(each) in self.shapes:
                yield self.shapes[id(each)], places

    def argument(self, index: int, name: str) -> Any:
        """An argument by its place or name."""
        return self.args[index] if len(self.args) > index else self.kwargs.get(name)


def places_after(call: Call, outputs: Sequence[Tensor]) -> list[Places | None]:
    """The places of a call's outputs; None for those of which they are not known."""
    name, lost = call.name, [None] * len(outputs)
    if name in _LOST:
        return list(lost)
    try:
        if name in _REARRANGING:
            return _rearranged(call, outputs)
        if name == "pad":
            return _padded(call, outputs)
        rule = next((rule for names, rule in _RULES if name in names), _elementwise)
        return [rule(call, output.shape) for output in outputs]
    except (TypeError, ValueError, IndexError, RuntimeError):  # called in a way that the rule does not expect
        return list(lost)


def _rearranged(call: Call, outputs: Sequence[Tensor], **changed: Any) -> list[Places | None]:
    grids = {places.grid for _, places in call.tracked()}
    if len(grids) != 1:
        return [None] * len(outputs)
    args, kwargs = _numbers(call, (call.args, {**call.kwargs, **changed}))
    found = list(tensors_in(call.func(*args, **kwargs)))
    if [each.shape for each in found] != [each.shape for each in outputs]:
        return [None] * len(outputs)
    return [Places.of(each, next(iter(grids))) for each in found]


def _numbers(call: Call, value: Any) -> Any:
    """`value` with the numbers of its tensors in place of the tensors; indices stay as they are."""
    if isinstance(value, Tensor):
        places = call.of(value)
        if places is not None and id(value) in call.shapes:
            return places.expanded(call.shapes[id(value)]).contiguous()
        if value.is_floating_point():
            return torch.full(value.shape, NOWHERE, dtype=torch.int32)
        return value.cpu()
    if isinstance(value, dict):
        return {key: _numbers(call, each) for key, each in value.items()}
    if isinstance(value, tuple | list) and not isinstance(value, torch.Size):
        return type(value)(_numbers(call, each) for each in value)
    return value


def _padded(call: Call, outputs: Sequence[Tensor]) -> list[Places | None]:
    """What is padded with stands nowhere, also where it repeats the border."""
    ((_, places),) = call.tracked()
    numbers = _numbers(call, call.args[0])
    padded = torch.nn.functional.pad(numbers, tuple(call.argument(1, "pad")), value=NOWHERE)
    return [Places.of(padded, places.grid) for _ in outputs]


def _on_maps(call: Call, after: torch.Size) -> Places | None:
    before, places = next(call.tracked())
    if _is_map(places.numbers):
        return Places.raster(after)
    # In windows, say: numbers that stand beside each other are no map, but each stays where it is.
    same = len(before) == len(after) and before[0] == after[0] and before[2:] == after[2:]
    return places if same and places.numbers.shape[1] == 1 else None


def _is_map(numbers: Tensor) -> bool:
    """Whether they stand on rows and columns of N×C×h×w, with or without padding around."""
    if numbers.ndim != 4 or numbers.shape[:2] != (1, 1):
        return False
    there = numbers[0, 0] != NOWHERE
    block = numbers[0, 0][there.any(1)][:, there.any(0)]
    regular = block[:, :1] + block[:1] - block[0, 0]
    rising = bool((block.diff(dim=0) > 0).all() and (block.diff(dim=1) > 0).all())
    return rising and torch.equal(block, regular)


def _linear(call: Call, after: torch.Size) -> Places | None:
    _, places = next(call.tracked())
    return _first_of(places, (-1,), keep=True)


def _reduced(call: Call, after: torch.Size) -> Places | None:
    """The first of the places that are taken together, in which 2×2 tokens of one block are one token."""
    before, places = next(call.tracked())
    given = call.kwargs.get("axis", call.argument(1, "dim"))
    if isinstance(given, Tensor):  # max(x, y)
        return _elementwise(call, after)
    if given is None or isinstance(given, float | str):
        return None
    axes = tuple(given) if isinstance(given, tuple | list) else (given,)
    return _first_of(places, axes, keep=len(after) == len(before))


def _first_of(places: Places, axes: Sequence[int], *, keep: bool) -> Places | None:
    numbers, most = places.numbers, torch.iinfo(torch.int32).max
    first = numbers.masked_fill(numbers == NOWHERE, most).amin(dim=tuple(axes), keepdim=keep)
    return Places.of(first.masked_fill(first == most, NOWHERE), places.grid)


def _product(call: Call, after: torch.Size) -> Places | None:
    """Rows stand where those of the left factor do, else columns where those of the right one do."""
    left, right = call.args[:2]
    for factor, axis in ((left, -1), (right, -2)):
        places = call.of(factor)
        if places is not None and places.numbers.ndim == len(after) and places.numbers.shape[axis] == 1:
            return places
    return None


def _query(call: Call, after: torch.Size) -> Places | None:
    places = call.of(call.argument(0, "query"))
    return places if places is not None and places.numbers.shape[-1] == 1 else None


def _elementwise(call: Call, after: torch.Size) -> Places | None:
    """What all inputs have; where they differ, what tells more places apart (the tokens, not their mean)."""
    found: Places | None = None
    for shape, places in call.tracked():
        if len(shape) > len(after):
            continue
        numbers = places.numbers.view(*[1] * (len(after) - len(shape)), *places.numbers.shape)
        if any(length not in (1, wanted) for length, wanted in zip(numbers.shape, after, strict=True)):
            continue
        # What is spread over further axes, as a query over all keys, stands where it did.
        other = Places(numbers, places.grid)
        if found is None or (not torch.equal(found.numbers, numbers) and other.count > found.count):
            found = other
    return found


_RULES: tuple[tuple[frozenset[str], Callable[[Call, torch.Size], Places | None]], ...] = (
    (_ON_MAPS, _on_maps),
    (frozenset({"linear"}), _linear),
    (_REDUCING, _reduced),
    (_PRODUCTS, _product),
    (_ATTENTION, _query),
)
