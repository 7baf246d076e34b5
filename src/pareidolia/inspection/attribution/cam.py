"""Class activation maps: which positions of a late layer support the target."""

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from pareidolia.inspection.attribution.backward_to_input import detach_at
from pareidolia.inspection.framing import FramedPhoto
from pareidolia.inspection.named_targets import TargetLike
from pareidolia.inspection.resolving import resolve
from pareidolia.inspection.targets import Target
from pareidolia.networks import Network, NetworkLike, preserve_state
from pareidolia.networks.attached_concepts import concepts_at
from pareidolia.networks.layers import Layer, is_map
from pareidolia.pictures import PicturesLike
from pareidolia.settings import BadNetwork


def grad_cam(
    network: NetworkLike, pictures: PicturesLike, target: TargetLike = "top", *, layer: str | None = None
) -> Tensor:
    """Grad-CAM at the pictures' size, N×1×H×W, not negative; `coarse_grad_cam` enlarged bilinearly."""
    network, pictures, target = resolve(network, pictures, target)
    return enlarged(coarse_grad_cam(network, pictures, target, layer=layer), pictures)


def coarse_grad_cam(
    network: NetworkLike, pictures: PicturesLike, target: TargetLike = "top", *, layer: str | None = None
) -> Tensor:
    """Grad-CAM at the layer's own resolution (Selvaraju et al. 2017, eq. 1 and 2).

    α_k = mean over positions of ∂S/∂A_k, L = max(0, Σ_k α_k A_k). Tokens of transformers are laid out as
    maps, without the class token.

    Args:
        network: the network.
        pictures: N×C×H×W in [0, 1].
        target: S.
        layer: its name; None takes `cam_layer`.

    Returns:
        N×1×h×w, not negative.

    Raises:
        BadNetwork: If the layer has no positions, or the target does not depend on it.
    """
    network, pictures, target = resolve(network, pictures, target)
    maps, signals = layer_gradients(network, pictures, target, layer=layer)
    importance = signals.mean(dim=(2, 3), keepdim=True)
    return (importance * maps).sum(dim=1, keepdim=True).clamp(min=0)


def layer_gradients(
    network: Network, pictures: Tensor, target: Target, *, layer: str | None = None
) -> tuple[Tensor, Tensor]:
    """The maps A of a layer, and ∂S/∂A: what the class activation maps of all kinds are made of.

    Args:
        network: the network.
        pictures: N×C×H×W in [0, 1].
        target: S.
        layer: its name; None takes `cam_layer`.

    Returns:
        Both, N×C×h×w.

    Raises:
        BadNetwork: If the layer has no positions, or the target does not depend on it.
    """
    name = layer or cam_layer(network)
    maps, signals = activations_and_gradients(network, pictures, target, name)
    if maps.ndim != 4:
        raise BadNetwork(
            f"layer '{name}' has no rows and columns: choose one that has (see pareidolia networks)"
        )
    return maps, signals


def activations_and_gradients(
    network: Network, pictures: Tensor, target: Target, name: str
) -> tuple[Tensor, Tensor]:
    """The activations A of a layer, and ∂S/∂A, whether it has rows and columns or not.

    Args:
        network: the network.
        pictures: N×C×H×W in [0, 1].
        target: S.
        name: of the layer.

    Returns:
        Both, N×C×h×w, or N×C. Of concepts their codes z, and ∂S/∂z = d · ∂S/∂A, as a code stands for z d.

    Raises:
        BadNetwork: If the target does not depend on the layer.
    """
    if (concepts := concepts_at(network, name)) is not None:
        _, slopes = activations_and_gradients(network, pictures, target, concepts[0])
        codes = network.record(pictures, name)[name].detach()
        return codes, torch.einsum("nc...,kc->nk...", slopes, concepts[1].dictionary.to(slopes))
    module = _module(network, name)
    with preserve_state(network.module), torch.enable_grad(), detach_at(module) as outputs:
        scores = target(network, pictures.detach())
        if not outputs or not scores.requires_grad:
            raise BadNetwork(f"the target does not depend on layer '{name}': choose a layer before it")
        activations = outputs[-1]
        network.backward(scores.sum())
    signals = activations.grad
    if signals is None:
        raise BadNetwork(f"the target does not depend on layer '{name}': choose a layer before it")
    maps, signals = (network.as_maps(name, each.detach(), pictures) for each in (activations, signals))
    return maps, signals


def enlarged(coarse: Tensor, pictures: Tensor) -> Tensor:
    """A coarse map at the pictures' size, bilinearly."""
    height, width = pictures.shape[-2:]
    return F.interpolate(coarse, (height, width), mode="bilinear", align_corners=False)


def cam_layer(network: Network, photo: FramedPhoto | None = None) -> str:
    """The layer that Grad-CAM looks at by default: the last one with positions.

    In transformers the last normalized tokens that still enter an attention; else the last feature map of
    more than one position that is not itself a map of class scores.

    Args:
        network: what is explained.
        photo: what it looks at, whose look has found the layers; None takes `network.layers`.

    Returns:
        Its name.

    Raises:
        BadNetwork: there is no layer with rows and columns.
    """
    found = network.layers if photo is None else photo.layers
    layers = sorted(found.values(), key=lambda layer: layer.finish)
    attentions = [layer for layer in layers if "Attention" in layer.kind]
    if attentions:
        before = [
            layer
            for layer in layers
            if layer.finish < attentions[-1].finish and "Norm" in layer.kind and layer.form == "tokens"
        ]
        if before:
            return before[-1].name
    classes = 0 if not network.class_names else len(network.class_names)
    # Some layers give maps of the network's own proportions whatever the picture's, as adaptive pooling does.
    pictures = {network.input_shape} if photo is None else {network.input_shape, photo.picture.shape[1:]}
    maps = [
        layer
        for layer in layers
        if layer.shape[0] != classes and any(_is_map(layer, picture) for picture in pictures)
    ]
    if not maps:
        raise BadNetwork(f"{network.name} has no layer with rows and columns: Grad-CAM makes no sense here")
    return maps[-1].name


def _module(network: Network, name: str) -> nn.Module:
    """The module of a layer, found without the run that `network.layers` costs unless something is wrong."""
    module: nn.Module | None = dict(network.module.named_modules()).get(name)
    if module is None or isinstance(module, torch.jit.ScriptModule):
        network.layer(name)  # refuses it, and names the nearest
    assert module is not None
    return module


def _is_map(layer: Layer, input_shape: tuple[int, ...]) -> bool:
    """C×h×w of more than one position."""
    return is_map(layer.shape, input_shape) and min(layer.shape[1:]) > 1 and "Dropout" not in layer.kind
