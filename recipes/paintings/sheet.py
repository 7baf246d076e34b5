"""What a picture is painted on: its coordinates, noise and weave, and the light that falls on thick paint."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image
from scipy import ndimage

Array = NDArray[np.floating]

# Every length in these recipes is in points: the sheet is this wide and high whatever the picture's pixels.
WIDTH, HEIGHT = 768, 640


@dataclass(frozen=True)
class Sheet:
    """A sheet of WIDTH×HEIGHT points with `scale` pixels a point."""

    scale: float

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns in pixels."""
        return round(HEIGHT * self.scale), round(WIDTH * self.scale)

    @cached_property
    def grid(self) -> tuple[Array, Array]:
        """x and y of the pixels' centres, in points."""
        y, x = np.mgrid[: self.shape[0], : self.shape[1]].astype(np.float32)
        return (x + 0.5) / np.float32(self.scale), (y + 0.5) / np.float32(self.scale)

    def noise(
        self,
        rng: np.random.Generator,
        cell: float,
        octaves: int = 4,
        stretch: tuple[float, float] = (1.0, 1.0),
        fade: float = 0.5,
    ) -> Array:
        """Value noise, mean 0 and deviation 1; `cell` points across at its coarsest, stretched in x and y.

        Each octave has half the cell and `fade` times the amplitude of the one before.
        """
        total = np.zeros(self.shape, np.float32)
        for octave in range(octaves):
            size_x, size_y = (max(cell / 2**octave * factor, 1.0) for factor in stretch)
            columns, rows = WIDTH / size_x, HEIGHT / size_y
            values = rng.standard_normal((int(rows) + 4, int(columns) + 4)).astype(np.float32)
            box = (1.5, 1.5, 1.5 + columns, 1.5 + rows)
            layer = Image.fromarray(values).resize(self.shape[::-1], Image.Resampling.BICUBIC, box)
            total += np.asarray(layer) * np.float32(fade**octave)
        return (total - total.mean()) / (total.std() + np.float32(1e-6))

    def blur(self, values: Array, sigma: float | tuple[float, float]) -> Array:
        """Gaussian blur of H×W values, or of each channel of H×W×3; sigma in points, or (y, x)."""
        pair = sigma if isinstance(sigma, tuple) else (sigma, sigma)
        sigmas = [s * self.scale for s in pair] + [0.0] * (values.ndim - 2)
        return ndimage.gaussian_filter(values, sigmas, mode="nearest")

    def coverage(self, distance: Array) -> Array:
        """Antialiased coverage of the region where a signed distance in points is negative."""
        return np.clip(0.5 - distance * np.float32(self.scale), 0, 1)

    def light(self, color: Array, height: Array, depth: float, gloss: float = 0.0) -> Array:
        """Light from the upper left on a relief: `height` in points, exaggerated `depth` times."""
        slope_y, slope_x = np.gradient(height * np.float32(depth * self.scale))
        facing = (-slope_x * -0.6 - slope_y * -0.8).astype(np.float32)
        facing /= np.sqrt(1 + slope_x**2 + slope_y**2)
        shade = 1 + 0.55 * facing
        glint = gloss * np.clip(facing - 0.25, 0, 1) ** 2
        return np.clip(color * shade[..., None] + glint[..., None], 0, 1).astype(np.float32)

    def weave(self, rng: np.random.Generator, pitch: float = 2.6) -> Array:
        """Height in [0, 1] of a linen canvas: threads over and under, none quite straight or even."""
        x, y = self.grid
        across = x + self.noise(rng, 90, 3) * 0.9
        down = y + self.noise(rng, 90, 3) * 0.9
        warp, weft = np.sin(across * (2 * np.pi / pitch)), np.sin(down * (2 * np.pi / pitch))
        uneven = 1 + 0.25 * self.noise(rng, 8, 2, (1, 8)) + 0.25 * self.noise(rng, 8, 2, (8, 1))
        return np.clip(0.5 + 0.25 * (warp + weft) * uneven, 0, 1).astype(np.float32)


def rgb(code: str) -> Array:
    """The colour written #rrggbb, as three numbers in [0, 1]."""
    return np.array([int(code[i : i + 2], 16) / 255 for i in (1, 3, 5)], np.float32)


def step(low: float, high: float, values: ArrayLike) -> Array:
    """Smooth step from 0 at `low` to 1 at `high`; falling where low > high."""
    t = np.clip((np.asarray(values, np.float32) - low) / (high - low), 0, 1)
    return (t * t * (3 - 2 * t)).astype(np.float32)


def mix(below: Array, above: Array, amount: Array) -> Array:
    """Lay a colour over H×W×3 with H×W amounts in [0, 1]."""
    return (below + (above - below) * amount[..., None]).astype(np.float32)


def ramp(colors: list[Array], position: Array) -> Array:
    """Colours along a palette: position 0 is the first, 1 the last, between them straight lines."""
    stops = np.linspace(0, 1, len(colors))
    palette = np.stack(colors)
    return np.stack([np.interp(position, stops, palette[:, c]) for c in range(3)], -1).astype(np.float32)
