"""Networks whose tuning is known in closed form: Gabor filters, drawn apart from the package's stimuli."""

import numpy as np
import torch
from torch import Tensor, nn

from pareidolia.networks import Network


def gabor(
    theta: float, frequency: float, *, sigma: float = 4.0, side: int = 25, phase: float = 0.0
) -> np.ndarray:
    """A Gabor without a mean whose stripes lie at `theta` degrees counter-clockwise from horizontal."""
    middle = (side - 1) / 2
    x = np.arange(side)[None, :] - middle
    y = middle - np.arange(side)[:, None]  # upwards
    along = np.deg2rad(theta)
    # Across the stripes: the direction of theta turned by a right angle.
    across = -x * np.sin(along) + y * np.cos(along)
    envelope = np.exp(-(x**2 + y**2) / (2 * sigma**2))
    wave = envelope * np.cos(2 * np.pi * frequency * across + phase)
    return wave - envelope * wave.sum() / envelope.sum()


class Energy(nn.Module):
    """Adelson and Bergen's complex cell: the squares of a filter and of its quadrature, summed."""

    def __init__(self, even: np.ndarray, odd: np.ndarray) -> None:
        super().__init__()
        self.pair = convolution([even, odd])
        self.energy = nn.Identity()

    def forward(self, pictures: Tensor) -> Tensor:
        return self.energy((self.pair(pictures) ** 2).sum(dim=1, keepdim=True))


def convolution(kernels: list[np.ndarray], bias: float = 0.0, padding: int = 0) -> nn.Conv2d:
    weights = torch.tensor(np.stack(kernels), dtype=torch.float32)[:, None]
    layer = nn.Conv2d(1, len(kernels), weights.shape[-1], padding=padding)
    with torch.no_grad():
        layer.weight.copy_(weights)
        layer.bias.fill_(bias)
    return layer


def seeing(module: nn.Module, *, side: int = 48, channels: int = 1) -> Network:
    """A network that takes pictures as they are."""
    zeros, ones = (0.0,) * channels, (1.0,) * channels
    return Network("cells", module, mean=zeros, std=ones, input_shape=(channels, side, side))


def simple_cells(kernels: list[np.ndarray], bias: float = 0.0) -> Network:
    return seeing(nn.Sequential(convolution(kernels, bias), nn.ReLU()))
