"""Places carried through a running network, function by function: where in the picture each number stands.

Every tensor computed from the pictures has an integer tensor beside it, of one length along the axes that do
not matter. What rearranges numbers (views, windows, rolls, tokens in an order of their own) rearranges these
likewise, so that no layout has to be guessed from lengths.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from pareidolia.networks.fields import tensors_in

NOWHERE = 0


@dataclass(frozen=True)
class Places:
    """Where the numbers of a tensor stand on a grid.

    Attributes:
        numbers: integers of as many axes as the tensor, of length 1 along those that do not matter: 1 + row ·
            columns + column, or 0 for what stands nowhere (class tokens, padding).
        grid: rows and columns.
    """

    numbers: Tensor
    grid: tuple[int, int]

    @property
    def count(self) -> int:
        """How many places there are."""
        return len(torch.unique(self.numbers[self.numbers != NOWHERE]))

    def expanded(self, shape: torch.Size) -> Tensor:
        """The numbers of each element of a tensor of that shape."""
        return self.numbers.expand(shape)

    @classmethod
    def of(cls, numbers: Tensor, grid: tuple[int, int]) -> "Places | None":
        """The places of those numbers; None where they tell no two apart."""
        for axis in range(numbers.ndim):
            first = numbers.narrow(axis, 0, 1)
            if numbers.shape[axis] > 1 and bool((numbers == first).all()):
                numbers = first
        found = cls(numbers, grid)
        return found if numbers.numel() > 1 and found.count > 1 else None

    @classmethod
    def raster(cls, shape: torch.Size) -> "Places | None":
        """Those of maps N×C×h×w, row by row."""
        rows, columns = shape[-2:]
        if rows * columns < 2:
            return None
        return cls(_raster(rows, columns).view(*[1] * (len(shape) - 2), rows, columns), (rows, columns))


@lru_cache(maxsize=64)
def _raster(rows: int, columns: int) -> Tensor:
    return torch.arange(1, rows * columns + 1, dtype=torch.int32).view(rows, columns)


class PlaceTracking(TorchFunctionMode):
    """A mode that notes the places of every tensor computed from `pictures` (1×C×H×W)."""

    def __init__(self, pictures: Tensor) -> None:
        super().__init__()
        self._places: Any = WeakTensorKeyDictionary()
        self._keep(pictures, Places.raster(pictures.shape))

    def of(self, tensor: Tensor) -> Places | None:
        """The places of a tensor; None where they are unknown, or it has fewer than two."""
        found: Places | None = self._places.get(tensor)
        return found

    def _keep(self, tensor: Tensor, places: Places | None) -> None:
        if places is not None:
            self._places[tensor] = places

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        """Run `func` and note where its results stand."""
        from pareidolia.networks.layouts.rules import Call, places_after

        kwargs = kwargs or {}
        shapes = {
            id(each): each.shape for each in tensors_in((args, kwargs)) if self.of(each) is not None
        }  # an in-place call may change them
        result = func(*args, **kwargs)
        outputs = list(tensors_in(result))
        if not shapes or not outputs or getattr(func, "__name__", "") == "__setitem__":
            return result
        call = Call(func, args, dict(kwargs), self.of, shapes)
        with torch.no_grad():
            for output, places in zip(outputs, places_after(call, outputs), strict=True):
                if places is None:
                    self._places.pop(output, None)
                else:
                    self._keep(output, places)
        return result
