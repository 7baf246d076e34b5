"""FullGrad: the gradient at the picture and at the bias of every layer, which together make up the score."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.overrides import TorchFunctionMode

from pareidolia.backward.eager import eager
from pareidolia.backward.rectifiers import function_name
from pareidolia.backward.rerouting import linear_call
from pareidolia.inspection.attribution.cam import enlarged
from pareidolia.inspection.attribution.rollout import token_layer
from pareidolia.inspection.targets import Target
from pareidolia.networks import Network, preserve_state
from pareidolia.settings import BadNetwork, Unsuited

# What keeps a layer without any gradient from dividing by zero.
_EPSILON = 1e-6


@dataclass(frozen=True)
class FullGradient:
    """What the score of a network of rectifiers is made of (Srinivas and Fleuret 2019, eq. 2).

    Attributes:
        picture: x ⊙ ∂S/∂x, N×C×H×W, of the picture as the network's preparation centers it.
        biases: b ⊙ ∂S/∂b of each layer at each of its positions, N×C×h×w, in the order of the layers.
        rest: what stands at no position, as the biases of the last layers, summed, N.
    """

    picture: Tensor
    biases: list[Tensor]
    rest: Tensor


def full_gradient(network: Network, pictures: Tensor, target: Target) -> FullGradient:
    """Take a score apart into what the picture and what each layer's bias adds; see `FullGradient`.

    The running mean of a batch normalisation is part of its bias.

    Args:
        network: the network.
        pictures: N×C×H×W in [0, 1].
        target: S.

    Returns:
        The parts.

    Raises:
        BadNetwork: no gradient reaches the pixels.
    """
    leaf = pictures.detach().clone().requires_grad_()
    recorder = _Biases()
    restart = network.module.register_forward_pre_hook(lambda *_: recorder.found.clear())
    try:
        with preserve_state(network.module), torch.enable_grad():
            with eager(), recorder:
                scores = target(network, leaf)
            network.backward(scores.sum())
    finally:
        restart.remove()
    if leaf.grad is None:
        raise BadNetwork(f"no gradient of {network.name} reaches the pixels: something in it detaches")
    mean = torch.tensor(network.mean).to(pictures)
    center = mean.view(-1, 1, 1) if len(mean) == pictures.shape[1] else mean.mean()
    maps, rest = [], torch.zeros(len(pictures)).to(pictures)
    for bias, output, channels in recorder.found:
        if output.grad is None:
            continue
        shape = [1] * output.ndim
        shape[channels] = len(bias)
        part = bias.view(shape) * output.grad
        laid_out = _as_maps(network, pictures, part, channels)
        if laid_out is None:
            rest = rest + part.reshape(len(pictures), -1).sum(dim=1)
        else:
            maps.append(laid_out)
    return FullGradient((leaf.detach() - center) * leaf.grad, maps, rest)


def full_gradient_map(network: Network, pictures: Tensor, target: Target) -> Tensor:
    """Σ over channels of ψ(x ⊙ ∂S/∂x) + Σ over layers and channels of ψ(b ⊙ ∂S/∂b), N×1×H×W (eq. 5).

    ψ takes magnitudes, scales each layer's to [0, 1] and enlarges them.
    """
    parts = full_gradient(network, pictures, target)
    return torch.stack([enlarged(_scaled(each), pictures) for each in (parts.picture, *parts.biases)]).sum(0)


def _scaled(part: Tensor) -> Tensor:
    magnitudes = part.abs()
    low = magnitudes.amin(dim=(1, 2, 3), keepdim=True)
    raised = magnitudes - low
    return (raised / (raised.amax(dim=(1, 2, 3), keepdim=True) + _EPSILON)).sum(dim=1, keepdim=True)


def _as_maps(network: Network, pictures: Tensor, part: Tensor, channels: int) -> Tensor | None:
    """What a layer's bias adds as maps N×C×h×w; None where it stands at no position."""
    if part.ndim == 4:
        return network.joined(part if channels == 1 else part.permute(0, 3, 1, 2), pictures)
    if part.ndim != 3 or channels != 2:
        return None
    try:
        layer = token_layer(network, pictures, part.shape[1])
    except Unsuited:
        return None
    return network.as_maps(layer.name, part, pictures)


class _Biases(TorchFunctionMode):
    """Keeps the output of every function with a bias, the bias, and the axis of its channels."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[Tensor, Tensor, int]] = []

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = kwargs or {}
        result = func(*args, **kwargs)
        found = _bias_of(func, args, kwargs)
        if found is None or not isinstance(result, Tensor) or not result.requires_grad:
            return result
        bias, channels = found
        result.retain_grad()
        self.found.append((bias.detach(), result, channels % result.ndim))
        return result.clone()  # which a later operation may overwrite


def _bias_of(
    function: Callable[..., Any], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[Tensor, int] | None:
    """What a call adds to each channel, and the axis of these."""
    call = linear_call(function, args, kwargs)
    if call is not None:
        return None if call.bias is None else (call.bias, -1 if call.name == "linear" else 1)
    name = function_name(function)
    if name == "batch_norm":
        return _batch_norm_bias(*args, **kwargs), 1
    if name in ("layer_norm", "group_norm"):
        place = 3
        bias = kwargs.get("bias", args[place] if len(args) > place else None)
        return None if bias is None or bias.ndim != 1 else (bias, 1 if name == "group_norm" else -1)
    return None


def _batch_norm_bias(
    input: Tensor,
    running_mean: Tensor,
    running_var: Tensor,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    *_: Any,
) -> Tensor:
    """β − γ μ / √(σ² + ε)."""
    scale = (running_var + eps).rsqrt() * (1 if weight is None else weight)
    return (0 if bias is None else bias) - running_mean * scale
