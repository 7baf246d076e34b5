"""Keeping the photo's colours (Gatys et al., "Preserving Color in Neural Artistic Style Transfer", 2016)."""

import torch
from torch import Tensor

from pareidolia.pictures import from_yiq, luminance, to_yiq

_LEAST_VARIANCE = 1e-5
"""Added to covariances, so that a picture of one colour can be matched: (0.8 of a step of 255)²."""


def match_colors(painting: Tensor, photo: Tensor) -> Tensor:
    """Give a painting the photo's mean colour and covariance of colours.

    x' = A x + μ_photo − A μ_painting with A = Σ_photo^½ Σ_painting^−½, the symmetric roots, which change
    colours least (section 4 of the paper); clamped to [0, 1].

    Args:
        painting: 1×3×h×w in [0, 1].
        photo: 1×3×H×W in [0, 1].

    Returns:
        1×3×h×w.
    """
    pixels, mean, covariance = _moments(painting)
    _, wanted_mean, wanted_covariance = _moments(photo)
    matrix = _power(wanted_covariance, 0.5) @ _power(covariance, -0.5)
    matched = matrix @ (pixels - mean) + wanted_mean
    return matched.to(painting).view_as(painting).clamp(0, 1)


def match_luminance(painting: Tensor, photo: Tensor) -> Tensor:
    """The painting in grey, 1×3×H×W, with the photo's mean luminance and its deviation (section 5)."""
    gray, wanted = luminance(painting), luminance(photo)
    deviation = gray.std(correction=0).clamp(min=_LEAST_VARIANCE**0.5)
    matched = (gray - gray.mean()) * (wanted.std(correction=0) / deviation) + wanted.mean()
    return as_gray(matched.clamp(0, 1))


def as_gray(picture: Tensor) -> Tensor:
    """The picture's luminance in all three colours, N×3×H×W (from N×3×H×W or N×1×H×W)."""
    gray = luminance(picture) if picture.shape[1] == 3 else picture
    return gray.expand(-1, 3, -1, -1)


def with_chroma(painted: Tensor, photo: Tensor) -> Tensor:
    """The luminance of `painted` with the chroma of `photo`, both N×3×H×W; clamped to [0, 1]."""
    yiq = torch.cat([luminance(painted), to_yiq(photo)[:, 1:]], dim=1)
    return from_yiq(yiq).clamp(0, 1)


def _moments(picture: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Pixels 3×M, their mean 3×1, and their covariance 3×3, in double precision on the CPU."""
    pixels = picture[0].flatten(1).cpu().double()
    mean = pixels.mean(dim=1, keepdim=True)
    centered = pixels - mean
    least = _LEAST_VARIANCE * torch.eye(len(pixels), dtype=pixels.dtype)
    return pixels, mean, centered @ centered.T / pixels.shape[1] + least


def _power(covariance: Tensor, exponent: float) -> Tensor:
    """A symmetric power of a positive definite matrix."""
    values, vectors = torch.linalg.eigh(covariance)
    root: Tensor = (vectors * values**exponent) @ vectors.T
    return root
