"""Transformation robustness: small random moves a picture must survive (Olah et al. 2017).

A transform is a callable (picture N×C×H×W, generator) → picture, differentiable in the picture.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

Transform = Callable[[Tensor, torch.Generator], Tensor]


@dataclass(frozen=True)
class Pad:
    """Grey on every side, so that what is painted at the border is seen whole."""

    pixels: int = 12
    grey: float = 0.5

    def __call__(self, picture: Tensor, generator: torch.Generator) -> Tensor:
        """N×C×H×W → N×C×(H+2p)×(W+2p)."""
        return F.pad(picture, (self.pixels,) * 4, value=self.grey)


@dataclass(frozen=True)
class Jitter:
    """Cut off a border of random widths, `pixels` in all in each direction."""

    pixels: int = 8

    def __call__(self, picture: Tensor, generator: torch.Generator) -> Tensor:
        """N×C×H×W → N×C×(H-p)×(W-p)."""
        top, left = torch.randint(0, self.pixels + 1, (2,), generator=generator).tolist()
        height, width = picture.shape[-2] - self.pixels, picture.shape[-1] - self.pixels
        return picture[..., top : top + height, left : left + width]


@dataclass(frozen=True)
class Roll:
    """Shift by up to `pixels` each way; what leaves on one side comes in on the other."""

    pixels: int = 32

    def __call__(self, picture: Tensor, generator: torch.Generator) -> Tensor:
        """N×C×H×W → the same size."""
        down, right = torch.randint(-self.pixels, self.pixels + 1, (2,), generator=generator).tolist()
        return torch.roll(picture, (down, right), (-2, -1))


@dataclass(frozen=True)
class Turn:
    """Scale by a random factor of `scales` and rotate by up to `degrees` either way, about the middle.

    With a `shift`, the picture also moves by up to so many pixels each way: one resampling does all three.
    """

    scales: tuple[float, float] = (0.9, 1.1)
    degrees: float = 10.0
    shift: float = 0.0
    outside: Literal["border", "reflection"] = "border"

    def __call__(self, picture: Tensor, generator: torch.Generator) -> Tensor:
        """N×C×H×W → the same size; what comes from outside repeats the border, or mirrors the picture."""
        share, angle = torch.rand(2, generator=generator).tolist()
        scale = self.scales[0] + share * (self.scales[1] - self.scales[0])
        radians = math.radians((2 * angle - 1) * self.degrees)
        height, width = picture.shape[-2:]
        cosine, sine = math.cos(radians) / scale, math.sin(radians) / scale
        # affine_grid counts in half sides, so rotating a picture that is not square needs the ratio.
        across, down = (
            (2 * torch.rand(2, generator=generator) - 1) * self.shift * 2 / torch.tensor([width, height])
            if self.shift
            else torch.zeros(2)
        ).tolist()
        matrix = [[cosine, -sine * height / width, across], [sine * width / height, cosine, down]]
        theta = picture.new_tensor(matrix).expand(len(picture), 2, 3)
        grid = F.affine_grid(theta, list(picture.shape), align_corners=False)
        return F.grid_sample(picture, grid, padding_mode=self.outside, align_corners=False)


#: lucid's standard robustness: pad 12, jitter 8, scale 0.9-1.1, rotate ±10°, jitter 4.
STANDARD: tuple[Transform, ...] = (Pad(12), Jitter(8), Turn(), Jitter(4))


def transformed(picture: Tensor, transforms: Sequence[Transform], seed: int, step: int) -> Tensor:
    """`picture` after all `transforms`; their randomness is a function of (seed, step) alone."""
    generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
    for transform in transforms:
        picture = transform(picture, generator)
    return picture
