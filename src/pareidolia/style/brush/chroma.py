"""Chroma that follows luma: hues change where lightness does, and hardly anywhere else.

The fast guided filter (He and Sun, "Fast guided filter", 2015), with luma as the guide. A painter draws luma
and chroma with kernels of their own, which lays fringes of color along contours and grain into strokes.
"""

import torch
import torch.nn.functional as F
from torch import Tensor

_POOLED = 2
_SHARE = 0.02
"""Of luma's variance over the picture: where it varies less, chroma is averaged. The paper's ε."""

REACH = 2 * _POOLED
"""How many positions away a position sees."""


def follow_luma(chroma: Tensor, luma: Tensor, variance: Tensor) -> Tensor:
    """Chroma as a linear function of luma, fitted around every position.

    The fits are made from means over 2×2 positions, in windows of 3×3 of these, and enlarged linearly; the
    paper averages them over windows once more.

    Args:
        chroma: N×C×H×W, sides even.
        luma: N×1×H×W, near 0 in the mean: its square is averaged.
        variance: luma's over the whole picture, N×1×1×1, above 0.

    Returns:
        N×C×H×W.
    """
    channels = chroma.shape[1]
    small, guide = F.avg_pool2d(chroma, _POOLED), F.avg_pool2d(luma, _POOLED)
    windows = _averaged(torch.cat([guide, guide * guide, small, guide * small], dim=1))
    mean, square, level, product = torch.split(windows, [1, 1, channels, channels], dim=1)
    slope = (product - mean * level) / (square - mean * mean + _SHARE * variance)
    fits = torch.cat([slope, level - slope * mean], dim=1)
    slope, level = F.interpolate(fits, scale_factor=_POOLED, mode="bilinear", align_corners=False).chunk(2, 1)
    return torch.addcmul(level, slope, luma)


def _averaged(x: Tensor) -> Tensor:
    """The mean over 3×3 positions, at the border over those that there are."""
    return F.avg_pool2d(x, 3, 1, 1, count_include_pad=False)
