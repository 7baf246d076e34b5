"""The one promise that an operation leaves a network as it found it."""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

_HOOKS = (
    "_forward_pre_hooks",
    "_forward_pre_hooks_with_kwargs",
    "_forward_hooks",
    "_forward_hooks_with_kwargs",
    "_forward_hooks_always_called",
    "_backward_pre_hooks",
    "_backward_hooks",
)


@contextmanager
def preserve_state(module: nn.Module) -> Iterator[None]:
    """Lend `module` for an operation: in evaluation mode and without parameter gradients inside.

    On exit, also after an error, every module has its training flag back, every parameter its
    `requires_grad` and its `.grad` (the same tensor, with the values it had), and every hook that was
    added inside is gone. Weights and buffers are not restored: in evaluation mode running statistics do not
    change, and frozen parameters have no optimizer, so only the operation itself could change them.
    """
    modules = [(each, each.training) for each in module.modules()]
    parameters = [(each, each.requires_grad, each.grad) for each in module.parameters()]
    hooks = [
        (registered, set(registered))
        for each, _ in modules
        for registered in (getattr(each, kind) for kind in _HOOKS)
    ]
    try:
        module.eval()
        for parameter, _, _ in parameters:
            parameter.requires_grad_(False)
            parameter.grad = None
        yield
    finally:
        for each, training in modules:
            each.training = training
        for parameter, required, gradient in parameters:
            parameter.requires_grad_(required)
            parameter.grad = gradient
        for registered, before in hooks:
            for key in set(registered) - before:
                del registered[key]
