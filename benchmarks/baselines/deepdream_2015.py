"""Deep Dream as published in 2015: octaves, jitter by rolling, steps of 1.5/mean|g|, detail carried over.

A straightforward translation of the notebook (Mordvintsev, Olah and Tyka) to PyTorch: pixels from 0 to 255,
the pyramid made by zooming each octave from the next larger one, clipping after each step. The forward run
stops at the layer and the weights are frozen, as there.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.networks import Network


def dream(
    network: Network,
    photo: Tensor,
    layer: str,
    *,
    octaves: int = 4,
    octave_scale: float = 1.4,
    steps: int = 10,
    step_size: float = 1.5,
    jitter: int = 32,
    seed: int = 0,
) -> Tensor:
    """The dream (1×3×H×W in [0, 1]) of a photo of that shape: the layer's L2 norm grows."""
    for parameter in network.module.parameters():
        parameter.requires_grad_(False)
    generator = torch.Generator().manual_seed(seed)
    pyramid = [photo * 255]
    for _ in range(octaves - 1):
        pyramid.append(zoom(pyramid[-1], [round(side / octave_scale) for side in pyramid[-1].shape[-2:]]))
    detail = torch.zeros_like(pyramid[-1])
    for base in reversed(pyramid):
        detail = zoom(detail, base.shape[-2:])
        pixels = base + detail
        for _ in range(steps):
            pixels = make_step(network, pixels, layer, step_size, jitter, generator)
        detail = pixels - base
    return pixels / 255


def make_step(
    network: Network, pixels: Tensor, layer: str, step_size: float, jitter: int, generator: torch.Generator
) -> Tensor:
    """One step of ascent on ½ Σ a²."""
    down, right = torch.randint(-jitter, jitter + 1, (2,), generator=generator).tolist()
    rolled = torch.roll(pixels, (down, right), (2, 3)).requires_grad_(True)
    activations = network.record(rolled / 255, [layer])[layer]
    (activations.square().sum() / 2).backward()
    gradient = torch.roll(rolled.grad, (-down, -right), (2, 3))
    return (pixels + step_size / gradient.abs().mean() * gradient).clamp(0, 255)


def zoom(picture: Tensor, size: list[int] | torch.Size) -> Tensor:
    """Linear resampling, as there."""
    return F.interpolate(picture, size=tuple(size), mode="bilinear", align_corners=True)
