"""Pictures shifted, enlarged and turned about their middle, without an edge where they end."""

from collections.abc import Sequence
from math import cos, radians, sin

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.inspection.invariance.settings import Border


def shifted(picture: Tensor, pixels: Sequence[float], border: Border = "reflect") -> Tensor:
    """`picture` 1×C×H×W moved down by each number of pixels (up if it is negative), N×C×H×W."""
    return _sampled(picture, [((1, 0, 0), (0, 1, -down)) for down in pixels], border)


def enlarged(picture: Tensor, scales: Sequence[float], border: Border = "reflect") -> Tensor:
    """`picture` 1×C×H×W enlarged by each scale about its middle and cut to its size, N×C×H×W."""
    return _sampled(picture, [((1 / scale, 0, 0), (0, 1 / scale, 0)) for scale in scales], border)


def turned(picture: Tensor, degrees: Sequence[float], border: Border = "reflect") -> Tensor:
    """`picture` 1×C×H×W turned counter-clockwise by each angle about its middle, N×C×H×W."""
    return _sampled(
        picture,
        [
            ((cos(radians(angle)), -sin(radians(angle)), 0), (sin(radians(angle)), cos(radians(angle)), 0))
            for angle in degrees
        ],
        border,
    )


_Row = tuple[float, float, float]


def _sampled(picture: Tensor, maps: Sequence[tuple[_Row, _Row]], border: Border) -> Tensor:
    """Sample a picture bicubically; a map takes a pixel's x and y, from the middle, to those of its source.

    Beyond the border there is the picture's reflection, or its mean colour.
    """
    height, width = picture.shape[-2:]
    rows, columns = torch.meshgrid(
        torch.arange(height, dtype=torch.float64) - (height - 1) / 2,
        torch.arange(width, dtype=torch.float64) - (width - 1) / 2,
        indexing="ij",
    )
    places = torch.stack([columns, rows, torch.ones_like(rows)])
    sources = torch.einsum("nij,jhw->nhwi", torch.tensor(maps, dtype=torch.float64), places)
    # The middle is 0 and the outer edges of the border pixels are −1 and 1.
    grid = (sources / torch.tensor([width / 2, height / 2], dtype=torch.float64)).to(picture)
    ground = picture.mean(dim=(2, 3), keepdim=True) if border == "mean" else picture.new_zeros(1)
    sampled = F.grid_sample(
        (picture - ground).expand(len(maps), -1, -1, -1),
        grid,
        mode="bicubic",
        padding_mode="reflection" if border == "reflect" else "zeros",
        align_corners=False,
    )
    return (sampled + ground).clamp(0, 1)
