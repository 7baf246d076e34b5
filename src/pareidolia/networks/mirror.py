"""A copy of a module's structure around the same weights, so that the user's own stays as it is."""

import copy
from collections import OrderedDict
from typing import Any

from torch import Tensor, nn

# What is shared as it is: no copy of it could differ.
_ATOMS = (int, float, complex, bool, str, bytes, type(None), type)
_HOOKS = "_hooks"


def mirror(module: nn.Module) -> nn.Module:
    """A module of the same parts and classes, whose parameters and buffers share the memory of `module`'s.

    The mirror is in evaluation mode, its parameters ask for no gradients, and compiled parts are unwrapped.
    Weights that change later, as when training goes on, change in it too. Training flags, `requires_grad`
    and the hooks of `module` stay as they are; hooks that it has run in the mirror as well. What cannot be
    copied (a lock, an open file) is shared.
    """
    module = _unwrapped(module)
    shared: set[int] = set()
    while True:
        try:
            return _mirrored(module, shared)
        except _CannotCopyError as error:
            shared.add(error.identity)


class _CannotCopyError(Exception):
    """An attribute of a module has no copy."""

    def __init__(self, identity: int) -> None:
        super().__init__()
        self.identity = identity


def _mirrored(module: nn.Module, shared: set[int]) -> nn.Module:
    memo: dict[int, Any] = {}
    pairs = []
    for each in module.modules():
        whole = _unwrapped(each)
        if id(whole) not in memo:
            # A graph module of torch.fx would make a new class in its own __new__.
            memo[id(whole)] = object.__new__(type(whole))
            pairs.append((whole, memo[id(whole)]))
        memo[id(each)] = memo[id(whole)]
    for original, _ in pairs:
        for each in (*vars(original).values(), *original._buffers.values(), *original._parameters.values()):
            if isinstance(each, Tensor):
                memo[id(each)] = _detached(each)
    for original, twin in pairs:
        vars(twin).update(
            {name: _copied(name, value, memo, shared) for name, value in vars(original).items()}
        )
        twin.training = False
        twin._compiled_call_impl = None
    found: nn.Module = memo[id(module)]
    return found


def _unwrapped(module: nn.Module) -> nn.Module:
    """What torch.compile wraps: hooks and backward rules do not reach into compiled code."""
    found = getattr(module, "_orig_mod", module)
    return found if isinstance(found, nn.Module) else module


def _detached(tensor: Tensor) -> Tensor:
    if isinstance(tensor, nn.Parameter):
        return nn.Parameter(tensor.detach(), requires_grad=False)
    return tensor.detach()


def _copied(name: str, value: Any, memo: dict[int, Any], shared: set[int]) -> Any:
    if isinstance(value, _ATOMS) or id(value) in shared:
        return value
    if id(value) in memo:
        return memo[id(value)]
    if name.endswith(_HOOKS) and isinstance(value, OrderedDict):
        return OrderedDict(value)
    try:
        return copy.deepcopy(value, memo)
    except Exception as error:  # objects refuse to be copied with errors of all kinds
        raise _CannotCopyError(id(value)) from error
