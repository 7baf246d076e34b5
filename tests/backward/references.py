"""References that share no code with the library: tensor hooks and patched modules instead of a mode."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from unittest import mock

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_FUNCTIONS = ["relu", "relu6", "hardtanh", "leaky_relu", "silu", "gelu", "hardswish", "elu", "mish"]


@contextmanager
def hooked(rule: str) -> Iterator[None]:
    """Patch torch.nn.functional, which modules and functions both call, with versions that hook tensors."""
    with mock.patch.multiple(F, **{name: _with_hooks(getattr(F, name), rule) for name in _FUNCTIONS}):
        yield


def _with_hooks(native: Callable[..., Tensor], rule: str) -> Callable[..., Tensor]:
    def activation(x: Tensor, *args: object, **kwargs: object) -> Tensor:
        if native.__name__ == "hardtanh" and 0 not in (*args[:1], kwargs.get("min_val")):
            return native(x, *args, **kwargs)
        kwargs.pop("inplace", None)
        entry = x.clone()
        result = native(entry.clone(), *args, **kwargs)  # it may write in place
        if not result.requires_grad:
            return result
        if rule == "guided":
            entry.register_hook(lambda signal: signal * (x > 0))
            result.register_hook(lambda signal: signal.clamp(min=0))
            return result
        # deconvnet: forward the activation's value, backward the identity with the signal rectified
        passed = entry + (result - entry).detach()
        passed.register_hook(lambda signal: signal.clamp(min=0))
        return passed

    activation.__name__ = native.__name__
    return activation


def sent_back(network: Callable[[Tensor], Tensor], pictures: Tensor, target: int = 0) -> Tensor:
    """Send the target output of each picture back: to be called inside a rule or a reference."""
    leaf = pictures.detach().clone().requires_grad_()
    (signal,) = torch.autograd.grad(network(leaf)[:, target].sum(), leaf)
    return signal


def randomize(network: nn.Module, seed: int = 0) -> nn.Module:
    """Fill normalisations too, so that nothing is trivially zero or one; keep the activations' scale."""
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.running_mean.normal_(0, 0.1, generator=generator)
            module.running_var.uniform_(0.5, 1.5, generator=generator)
            nn.init.uniform_(module.weight, 0.5, 1.5, generator=generator)
            nn.init.normal_(module.bias, 0, 0.1, generator=generator)
        if isinstance(module, nn.Linear) and not module.weight.any():  # torchvision's ViT head at birth
            nn.init.normal_(module.weight, 0, 0.02, generator=generator)
    for name, parameter in network.named_parameters():
        if name.endswith(("gamma", "layer_scale")):  # 1e-6 at birth: the block would not be noticed
            nn.init.uniform_(parameter, 0.5, 1.0, generator=generator)
    return network.eval().requires_grad_(False)


def relative_error(one: Tensor, other: Tensor) -> float:
    """The largest difference over the reference's largest value."""
    return float((one - other).abs().max() / other.abs().max())
