"""Receptive fields carried through a running network, function by function.

A `TorchFunctionMode` intercepts every convolution and pooling, as a module or as a function, and records for
each tensor what its positions see. `rules.py` holds what each function does to that.
"""

from collections.abc import Callable, Iterator
from typing import Any

from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils.weak import WeakTensorKeyDictionary

from pareidolia.networks.fields import axes, windows  # noqa: F401 (their rules register themselves)
from pareidolia.networks.fields.receptive import Extent, ReceptiveField
from pareidolia.networks.fields.rules import RULES
from pareidolia.networks.fields.traced import TracedField


class Propagation(TorchFunctionMode):
    """A mode that notes what every tensor computed from `pictures` (N×C×H×W) sees of them."""

    def __init__(self, pictures: Tensor) -> None:
        super().__init__()
        self._fields: Any = WeakTensorKeyDictionary()
        self._fields[pictures] = TracedField(Extent(), Extent())

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run `func` and note what its results see."""
        kwargs = kwargs or {}
        inputs = [each for each in tensors_in((args, kwargs)) if each in self._fields]
        if not inputs:
            return func(*args, **kwargs)
        before = inputs[0].shape  # an in-place call may change it
        result = func(*args, **kwargs)
        name = getattr(func, "__name__", "")
        fields = [self._fields[each] for each in inputs]
        for output in [args[0]] if name == "__setitem__" else tensors_in(result):
            self._fields[output] = RULES.after(name, fields, before, output.shape, args, kwargs)
        return result

    def field(self, tensor: Tensor) -> ReceptiveField | None:
        """What the positions of `tensor` see; None for the whole picture, or if it cannot be determined."""
        found = self._fields.get(tensor)
        return found.field() if isinstance(found, TracedField) else None


def tensors_in(value: object) -> Iterator[Tensor]:
    """The tensors in nested tuples, lists and mappings, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, dict):
        yield from tensors_in(tuple(value.values()))
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from tensors_in(each)
