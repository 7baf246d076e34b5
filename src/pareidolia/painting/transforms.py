"""Transformation robustness: small random changes that a picture must be robust to (Olah et al. 2017).

A transform is a callable (picture N×C×H×W, generator) → picture, differentiable in the picture.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.randomness import step_generator

Transform = Callable[[Tensor, torch.Generator], Tensor]


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
        moved = (
            (2 * torch.rand(2, generator=generator) - 1) * self.shift * 2 / torch.tensor([width, height])
            if self.shift
            else torch.zeros(2)
        )
        matrix = _square(1 / scale, radians, moved.tolist(), height / width)
        theta = picture.new_tensor(matrix).expand(len(picture), 2, 3)
        grid = F.affine_grid(theta, list(picture.shape), align_corners=False)
        return F.grid_sample(picture, grid, padding_mode=self.outside, align_corners=False)


@dataclass(frozen=True)
class RandomCrops:
    """Several random squares of each picture, in a row, each resampled to one size, with noise.

    MACO's robustness (Fel et al. 2023), whose crops show a network details and the whole by turns.

    Attributes:
        count: squares a picture.
        shares: a square's shortest and longest side, as a share of the picture's.
        noise: standard deviation of normal noise added.
        overhang: share of a square that may lie outside of the picture, where this is mirrored; half, or the
            border would hardly ever be seen. With none, nothing is seen that the picture does not have.
        degrees: how far a square is turned either way.
        size: height and width at which they are seen; the picture's if None.
    """

    count: int = 2
    shares: tuple[float, float] = (0.4, 0.9)
    noise: float = 0.08
    overhang: float = 0.5
    degrees: float = 0.0
    size: tuple[int, int] | None = None

    def __call__(self, picture: Tensor, generator: torch.Generator) -> Tensor:
        """N×C×H×W → (N·count)×C×H×W, or of `size`."""
        height, width = picture.shape[-2:]
        theta = self._squares(height / width, generator).repeat(len(picture), 1, 1).to(picture)
        repeated = picture.repeat_interleave(self.count, dim=0)
        seen = [*repeated.shape[:2], *(self.size or (height, width))]
        grid = F.affine_grid(theta, seen, align_corners=False)
        crops = F.grid_sample(repeated, grid, padding_mode="reflection", align_corners=False)
        grain = torch.randn(crops.shape[1:], generator=generator).to(crops)
        return crops + self.noise * grain

    def _squares(self, proportion: float, generator: torch.Generator) -> Tensor:
        """Where the squares lie in a picture of height/width `proportion`: matrices of `affine_grid`."""
        # No angle is drawn where nothing is turned, so that such pictures stay those of earlier records.
        drawn = torch.rand((self.count, 4 if self.degrees else 3), generator=generator)
        sides = self.shares[0] + drawn[:, 0] * (self.shares[1] - self.shares[0])
        middles = (2 * drawn[:, 1:3] - 1) * (1 - sides[:, None] * (1 - self.overhang))
        angles = (2 * drawn[:, -1] - 1) * math.radians(self.degrees)
        places = zip(sides.tolist(), angles.tolist(), middles.tolist(), strict=True)
        return torch.tensor([_square(*place, proportion) for place in places])


def _square(side: float, angle: float, middle: Sequence[float], proportion: float) -> list[list[float]]:
    """`affine_grid`'s matrix of a square, turned by `angle`, in a picture of height/width `proportion`.

    The grid counts in half sides, so turning a picture that is not square needs the proportion.
    """
    cosine, sine = side * math.cos(angle), side * math.sin(angle)
    return [[cosine, -sine * proportion, middle[0]], [sine / proportion, cosine, middle[1]]]


def robust(strength: float = 1.0) -> tuple[Transform, ...]:
    """Robustness by one resampling: for `strength` 1 as far as lucid's pad, jitters, scale and rotation.

    What comes from outside mirrors the picture, so that no border has to be painted and cut off.
    """
    if strength == 0:
        return ()
    scales = (1 / (1 + 0.1 * strength), 1 + 0.1 * strength)
    return (Turn(scales, 10 * strength, shift=8 * strength, outside="reflection"),)


#: `robust` of strength 1.
ROBUST: tuple[Transform, ...] = robust()


def transformed(picture: Tensor, transforms: Sequence[Transform], seed: int, step: int) -> Tensor:
    """`picture` after all `transforms`; their randomness is a function of (seed, step) alone."""
    generator = step_generator(seed, step)
    for transform in transforms:
        picture = transform(picture, generator)
    return picture
