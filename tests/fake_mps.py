"""A device like Apple's MPS on any machine: it refuses double precision, and tensors that lie elsewhere.

A mode that follows tensors through torch's functions. What was moved to "mps", and what comes of it, is
marked and says that it lies there; the work is done on the CPU.
"""

from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves, tree_map

MPS = torch.device("mps")
_DEVICE = Tensor.device.__get__
# These may take tensors of several devices.
_ACROSS = {Tensor.to, Tensor.type_as, Tensor.copy_, Tensor.__getitem__, Tensor.__setitem__}


def on_mps(tensor: Any) -> bool:
    """Whether a tensor is marked."""
    return isinstance(tensor, Tensor) and getattr(tensor, "_on_mps", False)


class FakeMPS(TorchFunctionMode):
    """Within it "mps" is a device."""

    def __torch_function__(self, function: Any, types: Any, arguments: Any = (), keywords: Any = None) -> Any:
        keywords = dict(keywords or {})
        given = [each for each in tree_leaves((arguments, keywords)) if isinstance(each, Tensor)]
        if function == _DEVICE:
            return MPS if on_mps(arguments[0]) else function(*arguments)
        there = any(map(on_mps, given))
        if there and function not in _ACROSS:
            elsewhere = [each for each in given if not on_mps(each) and each.ndim]
            if elsewhere and "grad" not in getattr(function, "__name__", ""):
                raise RuntimeError(f"{function}: tensors on mps and on the cpu")
        target = self._target(function, arguments, keywords)
        if target is not None:
            there = target == MPS
        arguments, keywords = tree_map(self._plain, (arguments, keywords))
        found = function(*arguments, **keywords)
        if target is not None and isinstance(found, Tensor) and any(found is each for each in given):
            found = found.view_as(found)  # moved to another device it is another tensor
        for each in tree_leaves(found):
            if isinstance(each, Tensor):
                if there and each.dtype == torch.float64:
                    raise TypeError(f"{function}: MPS has no float64")
                each._on_mps = there
        return found

    @staticmethod
    def _target(function: Any, arguments: Any, keywords: Any) -> torch.device | None:
        """Where the function puts its result, if it says so."""
        if function == Tensor.cpu:
            return torch.device("cpu")
        if function in (Tensor.to, Tensor.type_as):
            for each in (*arguments[1:], *keywords.values()):
                if isinstance(each, Tensor):
                    return MPS if on_mps(each) else torch.device("cpu")
                if isinstance(each, (torch.device, str)):
                    return torch.device(each)
            return None
        named = keywords.get("device")
        return None if named is None else torch.device(named)

    @staticmethod
    def _plain(given: Any) -> Any:
        return torch.device("cpu") if given == MPS and isinstance(given, (torch.device, str)) else given
