"""What an eye sees in a painted picture and a network does not: colored grain, blur, and a frame."""

from typing import Any

import numpy as np
from PIL import Image

from pareidolia.style.judging.distances import scaled

Array = np.ndarray[Any, Any]
SIDE = 512
_RGB_TO_XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
_OUTERMOST, _NEXT = 3, 12


def cielab(picture: Image.Image) -> Array:
    """A picture in sRGB as H×W×3 in CIELAB (D65)."""
    rgb = np.asarray(picture, np.float64) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ _RGB_TO_XYZ.T / _WHITE
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    lightness = 116 * f[..., 1] - 16
    return np.stack([lightness, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1)


def grain(picture: Image.Image) -> tuple[float, float]:
    """The mean square of the Laplacian of lightness, and of color, at a longer side of `SIDE`."""
    lab = cielab(scaled(picture, SIDE))
    inner = lab[1:-1, 1:-1]
    laplacian = lab[:-2, 1:-1] + lab[2:, 1:-1] + lab[1:-1, :-2] + lab[1:-1, 2:] - 4 * inner
    lightness, a, b = (laplacian**2).mean((0, 1))
    return float(lightness), float(a + b)


def relative_grain(picture: Image.Image, style: Image.Image) -> tuple[float, float]:
    """Grain of lightness and of color over the painting's: much below 1 is blur, much above 1 is noise."""
    ours, theirs = grain(picture), grain(style)
    return ours[0] / max(theirs[0], 1e-9), ours[1] / max(theirs[1], 1e-9)


def frame(picture: Image.Image, content: Image.Image) -> float:
    """By how much more the picture's margin differs from what is next to it than the photo's does.

    The distance in CIELAB of the mean colors of the outermost 3 pixels and the 9 next to them, on the side
    where it is largest. Above 5 a frame is seen.
    """
    return max(0.0, _margin(picture) - _margin(content))


def _margin(picture: Image.Image) -> float:
    lab = cielab(scaled(picture, SIDE))
    sides = (lab, lab[::-1], lab.swapaxes(0, 1), lab.swapaxes(0, 1)[::-1])
    return max(_step(side) for side in sides)


def _step(side: Array) -> float:
    outermost, following = side[:_OUTERMOST], side[_OUTERMOST:_NEXT]
    return float(np.linalg.norm(outermost.mean((0, 1)) - following.mean((0, 1))))
