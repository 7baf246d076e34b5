"""A bristle brush: what it covers when drawn along a path, and how it lays colour and thickness there."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from sheet import Array, Sheet, step

_TEXELS = 2  # of the bristle texture, a point across the brush


@dataclass
class Footprint:
    """Where a stroke touches: a window of the sheet and, per pixel of it, the place under the brush."""

    window: tuple[slice, slice]
    along: Array  # points from the stroke's start
    across: Array  # −1 … 1 between the brush's sides, beyond that outside
    cover: Array  # antialiased, 0 … 1
    length: float


def footprint(sheet: Sheet, path: Array, half: Array) -> Footprint | None:
    """Where a brush with n half-widths, drawn along an n×2 path (points), touches; None off the sheet."""
    rows, columns = sheet.shape
    low = np.floor((path.min(0) - half.max() - 1) * sheet.scale).astype(int)
    high = np.ceil((path.max(0) + half.max() + 1) * sheet.scale).astype(int)
    left, top = np.clip(low, 0, (columns, rows))
    right, bottom = np.clip(high, 0, (columns, rows))
    if right - left < 1 or bottom - top < 1:
        return None
    best = np.full((bottom - top, right - left), 9.0, np.float32)
    along, across = np.zeros_like(best), np.full_like(best, 9.0)
    reach, start = float(half.max()) + 1, 0.0
    for a, b, wide_a, wide_b in zip(path[:-1], path[1:], half[:-1], half[1:], strict=True):
        length = float(np.hypot(*(b - a))) + 1e-6
        x0, y0 = np.floor((np.minimum(a, b) - reach) * sheet.scale).astype(int)
        x1, y1 = np.ceil((np.maximum(a, b) + reach) * sheet.scale).astype(int)
        x0, x1 = (int(v) for v in np.clip((x0, x1), left, right))
        y0, y1 = (int(v) for v in np.clip((y0, y1), top, bottom))
        if x1 <= x0 or y1 <= y0:
            start += length
            continue
        px = (np.arange(x0, x1, dtype=np.float32) + 0.5) / sheet.scale - a[0]
        py = ((np.arange(y0, y1, dtype=np.float32) + 0.5) / sheet.scale - a[1])[:, None]
        dx, dy = (b - a) / length
        t = np.clip(px * dx + py * dy, 0, length)
        side = py * dx - px * dy
        wide = wide_a + (wide_b - wide_a) * t / length
        ratio = np.hypot(px - t * dx, py - t * dy) / np.maximum(wide, 0.05)
        part = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
        nearer = ratio < best[part]
        best[part] = np.where(nearer, ratio, best[part])
        along[part] = np.where(nearer, start + t, along[part])
        across[part] = np.where(nearer, np.copysign(ratio, side), across[part])
        start += length
    mean_half = float(half.mean())
    cover = np.clip((1 - best) * (mean_half * sheet.scale) + 0.5, 0, 1).astype(np.float32)
    return Footprint((slice(top, bottom), slice(left, right)), along, across, cover, start)


class Bristles:
    """The uneven hairs of a brush: a texture streaked along the stroke, read elsewhere for each stroke."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        grain = rng.standard_normal((1024, 512)).astype(np.float32)
        layers = [
            ndimage.gaussian_filter(grain, sigma, mode="wrap") for sigma in ((14, 0.8), (40, 2.2), (60, 6))
        ]
        texture = sum(layer / layer.std() for layer in layers) / 1.7
        self._texture = np.clip(0.5 + 0.27 * texture, 0, 1).astype(np.float32)

    def read(self, print_: Footprint, half: float) -> Array:
        """Paint held by the hairs over a footprint, in [0, 1]."""
        u0, v0 = self.rng.integers(0, 512, 2)
        u = (print_.along * 1.5 + u0).astype(np.int32) & 1023
        v = (print_.across * (half * _TEXELS) + v0).astype(np.int32) & 511
        return self._texture[u, v]


@dataclass
class Oil:
    """Thick paint on a sheet: colour H×W×3 in [0, 1] and its height H×W in points."""

    sheet: Sheet
    color: Array
    height: Array
    bristles: Bristles

    def stroke(
        self,
        path: Array,
        half: float,
        colors: tuple[Array, Array],
        *,
        body: float = 1.0,
        dryness: float = 0.25,
        mask: Array | None = None,
    ) -> None:
        """Draw one stroke loaded with two colours, `body` points thick; it runs dry towards its end."""
        widths = half * np.minimum(1, 0.55 + np.linspace(0, 3, len(path))).astype(np.float32)
        print_ = footprint(self.sheet, path, widths)
        if print_ is None:
            return
        hairs = self.bristles.read(print_, half)
        progress = print_.along / print_.length
        alpha = print_.cover * step(-0.02, 0.16, hairs - dryness * progress**2)
        if mask is not None:
            alpha = alpha * mask[print_.window]
        a = alpha[..., None]
        blend = np.clip((hairs - 0.5) * 1.6 + 0.5 + 0.25 * print_.across, 0, 1)[..., None]
        color = self.color[print_.window]
        color += a * (colors[0] + (colors[1] - colors[0]) * blend - color)
        ridge = np.clip(print_.across**2, 0, 1) ** 3
        thick = body * (0.25 + 0.75 * hairs + 0.45 * ridge + 0.35 * progress)
        height = self.height[print_.window]
        height += alpha * (0.35 * height + thick - height)
