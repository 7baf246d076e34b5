"""Compiled networks: hooks and backward rules do not reach into compiled code, so it is unwrapped."""

from torch import nn


def unwrap_compiled(module: nn.Module) -> nn.Module:
    """`module` without torch.compile, itself and inside it (in place): the same weights, run by Python."""
    module = getattr(module, "_orig_mod", module)
    for parent in list(module.modules()):
        parent._compiled_call_impl = None
        for name, child in parent.named_children():
            if hasattr(child, "_orig_mod"):
                setattr(parent, name, child._orig_mod)
    return module
