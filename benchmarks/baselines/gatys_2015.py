"""Style transfer as in 2015: one size, one objective, 500 iterations (Gatys, Ecker and Bethge).

The constants are those of the much-used PyTorch implementation: content weight 5 on relu4_2, style weight
100 on relu1_1 … relu5_1, Gram matrices and means over all numbers, total variation 1e-3, pixels from 0 to
255, L-BFGS with learning rate 1 and 100 pairs, or Adam with learning rate 1. They are meant for the original
VGG-19's activations, so another network's are brought to the root mean square of these, layer by layer:
content's loss grows with the square of what activations are, a Gram matrix's with the fourth power.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.networks import Network

CONTENT_WEIGHT, STYLE_WEIGHT, SMOOTHNESS = 5.0, 100.0, 1e-3

#: Root mean square of VGG-19's activations at relu1_1 … relu5_1 and relu4_2; astronaut of 512 px.
VGG_RMS = (52.0, 217.0, 298.0, 976.0, 142.0, 800.0)


def paint(
    network: Network,
    photo: Tensor,
    painting: Tensor,
    *,
    optimizer: str,
    iterations: int = 500,
    rms: Sequence[float] | None = VGG_RMS,
) -> Tensor:
    """The photo (1×3×H×W in [0, 1]) in the painting's style, clamped to [0, 1]; begins from the photo.

    Args:
        network: what is looked through.
        photo: begun from.
        painting: in [0, 1], of any size.
        optimizer: "lbfgs" or "adam".
        iterations: evaluations of the objective.
        rms: what the style layers' activations and the content layer's are brought to, as the photo's are;
            None leaves them as they are, for VGG-19 itself.

    Returns:
        A picture of the photo's shape.
    """
    layers = (*network.style_layers, network.content_layer)
    for parameter in network.module.parameters():
        parameter.requires_grad_(False)

    def look(picture: Tensor) -> dict[str, Tensor]:
        seen = network.record(picture, layers)
        return {layer: seen[layer] * scale for layer, scale in scales.items()}

    with torch.no_grad():
        scales = dict.fromkeys(layers, 1.0)
        if rms is not None:
            aims = dict(zip(layers, rms, strict=True))
            scales = {k: aims[k] / maps.square().mean().sqrt().item() for k, maps in look(photo).items()}
        content = look(photo)[network.content_layer]
        grams = {layer: gram(maps) for layer, maps in look(painting).items() if layer in network.style_layers}
    pixels = (photo * 255).clone().requires_grad_(True)

    def closure() -> Tensor:
        changer.zero_grad()
        seen = look(pixels / 255)
        loss = CONTENT_WEIGHT * F.mse_loss(seen[network.content_layer], content)
        loss = loss + STYLE_WEIGHT * sum(F.mse_loss(gram(seen[layer]), grams[layer]) for layer in grams)
        loss = loss + SMOOTHNESS * variation(pixels)
        loss.backward()
        return loss

    changer = make_optimizer(optimizer, pixels)
    run(changer, closure, optimizer, iterations)
    return (pixels.detach() / 255).clamp(0, 1)


def gram(maps: Tensor) -> Tensor:
    """F Fᵀ over the number of F's elements."""
    flat = maps.flatten(2)[0]
    return flat @ flat.T / flat.numel()


def variation(pixels: Tensor) -> Tensor:
    """Sum of absolute differences between neighbours."""
    down, across = pixels[..., 1:, :] - pixels[..., :-1, :], pixels[..., 1:] - pixels[..., :-1]
    return down.abs().sum() + across.abs().sum()


def make_optimizer(name: str, pixels: Tensor) -> torch.optim.Optimizer:
    """L-BFGS or Adam with the implementation's constants."""
    if name == "lbfgs":
        return torch.optim.LBFGS([pixels], lr=1.0, tolerance_grad=-1, tolerance_change=-1, history_size=100)
    return torch.optim.Adam([pixels], lr=1.0)


def run(changer: torch.optim.Optimizer, closure: Callable[[], Tensor], name: str, iterations: int) -> None:
    """`iterations` evaluations of the closure."""
    if name == "lbfgs":
        changer.param_groups[0].update(max_iter=iterations, max_eval=iterations)
        changer.step(closure)
    else:
        for _ in range(iterations):
            changer.step(closure)
