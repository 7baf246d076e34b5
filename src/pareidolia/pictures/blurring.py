"""Gaussian blur of pictures and maps."""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor


def gaussian_blur(
    maps: Tensor, sigma: float, border: Literal["replicate", "reflect"] = "replicate"
) -> Tensor:
    """Maps N×C×H×W under a Gaussian, cut off at three deviations.

    Rows and columns one after the other: torchvision's blur is one two-dimensional kernel, which at a
    deviation of 20 pixels takes 60 times as many products, and reflects at borders alone.

    Args:
        maps: pictures, or maps of any kind.
        sigma: the standard deviation in pixels, above 0.
        border: what lies beyond the border: its pixels repeated, or the maps mirrored.
    """
    radius = max(1, round(3 * sigma))
    if border == "reflect":
        radius = min(radius, min(maps.shape[-2:]) - 1)
    distance = torch.arange(-radius, radius + 1, device=maps.device, dtype=maps.dtype)
    kernel = torch.exp(-distance.square() / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).expand(maps.shape[1], 1, 1, -1)
    padded = F.pad(maps.contiguous(), (radius,) * 4, mode=border)
    across = F.conv2d(padded, kernel, groups=maps.shape[1])
    return F.conv2d(across, kernel.transpose(2, 3), groups=maps.shape[1])
