"""Grad-CAM: which places of a late layer speak for the target."""

from math import isqrt

import torch
from torch import Tensor
from torch.nn import functional as F

from pareidolia.inspection.attribution.backward_to_input import detach_at
from pareidolia.inspection.targets import Target
from pareidolia.networks import Network, preserve_state
from pareidolia.networks.layers import Layer
from pareidolia.settings import BadNetwork


def grad_cam(network: Network, pictures: Tensor, target: Target, *, layer: str | None = None) -> Tensor:
    """Grad-CAM at the pictures' size, N×1×H×W, not negative; `coarse_grad_cam` enlarged bilinearly."""
    coarse = coarse_grad_cam(network, pictures, target, layer=layer)
    height, width = pictures.shape[-2:]
    return F.interpolate(coarse, (height, width), mode="bilinear", align_corners=False)


def coarse_grad_cam(
    network: Network, pictures: Tensor, target: Target, *, layer: str | None = None
) -> Tensor:
    """Grad-CAM at the layer's own resolution, N×1×h×w (Selvaraju et al. 2017, eq. 1 and 2).

    α_k = mean over positions of ∂S/∂A_k, L = max(0, Σ_k α_k A_k). `layer` defaults to `cam_layer`. Tokens of
    transformers (N×T×C) are laid out as the square they came from, without the class token.
    Raises BadNetwork where the layer has no positions, or the target does not depend on it.
    """
    name = layer or cam_layer(network)
    module = network.module.get_submodule(network.layer(name).name)
    with preserve_state(network.module), torch.enable_grad(), detach_at(module) as outputs:
        scores = target(network, pictures.detach())
        if not outputs or not scores.requires_grad:
            raise BadNetwork(f"the target does not depend on layer '{name}': choose a layer before it")
        activations = outputs[-1]
        (signals,) = torch.autograd.grad(scores.sum(), activations, allow_unused=True)
    if signals is None:
        raise BadNetwork(f"the target does not depend on layer '{name}': choose a layer before it")
    maps, signals = (_as_maps(each.detach(), name) for each in (activations, signals))
    importance = signals.mean(dim=(2, 3), keepdim=True)
    return (importance * maps).sum(dim=1, keepdim=True).clamp(min=0)


def cam_layer(network: Network) -> str:
    """The layer that Grad-CAM looks at unless told: the last one with positions.

    In transformers the last normalised tokens that still enter an attention; else the last feature map of
    more than one position that is not itself a map of class scores.
    """
    layers = sorted(network.layers.values(), key=lambda layer: layer.finish)
    attentions = [layer for layer in layers if "Attention" in layer.kind]
    if attentions:
        before = [
            layer
            for layer in layers
            if layer.finish < attentions[-1].finish and "Norm" in layer.kind and _token_side(layer.shape)
        ]
        if before:
            return before[-1].name
    classes = 0 if not network.class_names else len(network.class_names)
    maps = [layer for layer in layers if _is_map(layer, network.input_shape) and layer.shape[0] != classes]
    if not maps:
        raise BadNetwork(f"{network.name} has no layer with rows and columns: Grad-CAM makes no sense here")
    return maps[-1].name


def _is_map(layer: Layer, input_shape: tuple[int, int, int]) -> bool:
    """C×h×w of more than one position, with h:w as in the input (so that h×w×C is not taken for it)."""
    if len(layer.shape) != 3 or min(layer.shape[1:]) < 2 or "Dropout" in layer.kind:
        return False
    _, height, width = input_shape
    return abs(layer.shape[1] * width - layer.shape[2] * height) <= max(height, width)


def _token_side(shape: tuple[int, ...]) -> int | None:
    """The side of the square that T tokens (T×C) were, with or without leading class tokens."""
    if len(shape) != 2:
        return None
    side = isqrt(shape[0])
    return side if side > 1 and shape[0] - side * side < 8 else None


def _as_maps(values: Tensor, name: str) -> Tensor:
    if values.ndim == 4:
        return values
    side = _token_side(tuple(values.shape[1:]))
    if side is None:
        raise BadNetwork(
            f"layer '{name}' has no rows and columns: choose one that has (see pareidolia networks)"
        )
    return values[:, -side * side :].transpose(1, 2).reshape(len(values), -1, side, side)
