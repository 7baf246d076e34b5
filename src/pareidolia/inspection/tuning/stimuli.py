"""Gratings and bars, and the definition of orientation.

**Orientation** is that of the stripes, in degrees from 0 up to 180, counter-clockwise from horizontal as one
sees the picture: 0 is horizontal, 45 rises to the right, 90 is vertical. A stimulus **drifts** at right
angles to its stripes, towards orientation + 90: horizontal stripes upwards, vertical ones to the left. A
network sees one picture at a time, so a drift is the set of its phases, and drifting back has the same
responses: there is no direction to prefer.

Patterns are N×1×H×W in [−1, 1], 0 where the grey ground stays; `as_pictures` makes pictures of them.
"""

from dataclasses import dataclass
from math import pi

import torch
from torch import Tensor

from pareidolia.inspection.tuning.settings import ColorName

# The change from mid-grey at full contrast, by channel.
_COLORS: dict[ColorName, tuple[float, ...]] = {
    "gray": (0.5,),
    "red-green": (0.5, -0.5, 0.0),
    "blue-yellow": (-0.5, -0.5, 0.5),
}


@dataclass(frozen=True)
class StimulusCanvas:
    """The pixels on which stimuli are drawn.

    Attributes:
        size: height and width in pixels.
        center: row and column (of pixel centres, may be fractions) about which stimuli are drawn.
    """

    size: tuple[int, int]
    center: tuple[float, float]

    @classmethod
    def centered(cls, height: int, width: int) -> "StimulusCanvas":
        """A canvas about whose middle everything is drawn."""
        return cls((height, width), ((height - 1) / 2, (width - 1) / 2))

    def across(self, orientation: Tensor) -> Tensor:
        """The distance of each pixel from the centre in the direction of drift, N×H×W in pixels.

        `orientation` has N values in degrees.
        """
        rows, columns = self._offsets()
        angle = torch.deg2rad(orientation.double()).view(-1, 1, 1)
        return -columns * torch.sin(angle) - rows * torch.cos(angle)

    def radius(self) -> Tensor:
        """The distance of each pixel from the centre, H×W in pixels."""
        rows, columns = self._offsets()
        return torch.hypot(rows, columns)

    def _offsets(self) -> tuple[Tensor, Tensor]:
        (height, width), (row, column) = self.size, self.center
        return (
            torch.arange(height, dtype=torch.float64)[:, None] - row,
            torch.arange(width, dtype=torch.float64)[None] - column,
        )


def gratings(
    canvas: StimulusCanvas,
    orientation: Tensor,
    frequency: Tensor,
    phase: Tensor,
    diameter: Tensor | None = None,
) -> Tensor:
    """Sinusoidal gratings cos(2π f u − φ), u the distance from the canvas's centre in the direction of drift.

    Args:
        canvas: the pixels.
        orientation: N, in degrees.
        frequency: f, N, in cycles a pixel.
        phase: φ, N, in radians; as it rises the grating drifts.
        diameter: N, in pixels: cuts each to a disc about the centre, with an edge one pixel soft; None leaves
            the whole canvas.

    Returns:
        N×1×H×W in [−1, 1].
    """
    angle = 2 * pi * frequency.double().view(-1, 1, 1) * canvas.across(orientation)
    waves = torch.cos(angle - phase.double().view(-1, 1, 1))
    if diameter is not None:
        waves = waves * (diameter.double().view(-1, 1, 1) / 2 + 0.5 - canvas.radius()).clamp(0, 1)
    return waves[:, None].float()


def bars(
    canvas: StimulusCanvas, orientation: Tensor, position: Tensor, width: Tensor, sign: Tensor
) -> Tensor:
    """Bars across the whole canvas, with edges one pixel soft.

    Args:
        canvas: the pixels.
        orientation: N, in degrees.
        position: N, the distance of the bar's middle from the canvas's centre in the direction of drift, in
            pixels.
        width: N, at least 1, in pixels.
        sign: N, 1 for a light bar, −1 for a dark one.

    Returns:
        N×1×H×W, `sign` inside, 0 outside.
    """
    position, width = (each.double().view(-1, 1, 1) for each in (position, width))
    inside = (width / 2 + 0.5 - (canvas.across(orientation) - position).abs()).clamp(0, 1)
    return (sign.view(-1, 1, 1) * inside)[:, None].float()


def as_pictures(patterns: Tensor, contrast: float = 1.0, color: ColorName = "gray") -> Tensor:
    """Patterns N×1×H×W in [−1, 1] on mid-grey as pictures in [0, 1]: N×1×H×W, or N×3×H×W in colour.

    Positive is light, red, or blue; negative dark, green, or yellow.
    """
    axis = patterns.new_tensor(_COLORS[color]).view(1, -1, 1, 1)
    return 0.5 + contrast * patterns * axis
