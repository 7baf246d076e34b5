"""A fish in stone: oriented tesserae packed along the drawing's contours, set a little askew in grout."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.spatial import cKDTree
from sheet import HEIGHT, WIDTH, Array, Sheet, mix, ramp, rgb, step

WARM = [rgb(c) for c in ("#7a1f17", "#b23a1e", "#d9692a", "#eba33b", "#f3d27a", "#f6ecc8")]
COOL = [rgb(c) for c in ("#0d2b45", "#14506e", "#1f7f92", "#4fb0ad", "#9ad3c4", "#dcefe0")]
DARK, GOLD, IVORY = rgb("#1b1a22"), rgb("#d8a62f"), rgb("#efe6cf")
GROUT = rgb("#9a8f7c")
BORDER = 52.0  # points


def paint(sheet: Sheet, rng: np.random.Generator) -> Array:
    """Set the mosaic: an H×W×3 picture in [0, 1]."""
    flat = Sheet(1.0)
    cartoon = _cartoon(flat, rng)
    angle = cartoon.angle()
    centers = _pack(angle, cartoon.size, rng)
    return _set(sheet, centers, cartoon.color, angle, cartoon.size, rng)


@dataclass
class Cartoon:
    """The drawing the mosaicist works from, a pixel a point.

    Colours H×W×3; a field H×W whose level lines the rows of stones follow; the stones' size H×W in points.
    """

    color: Array
    field: Array
    size: Array

    def cover(self, where: NDArray[np.bool_], color: Array, field: Array | None = None) -> None:
        """Lay one colour, or H×W×3 of them, over a region; and a field of its own."""
        self.color = np.where(where[..., None], color, self.color)
        if field is not None:
            self.field = np.where(where, field, self.field)

    def angle(self) -> Array:
        """The direction of the rows; a square looks the same after a quarter turn, so average fourfold."""
        slope_y, slope_x = np.gradient(ndimage.gaussian_filter(self.field, 2.5))
        angle = 4 * np.arctan2(slope_y, slope_x)
        weight = np.minimum(np.hypot(slope_x, slope_y), 0.1)
        sine, cosine = (ndimage.gaussian_filter(part * weight, 3) for part in (np.sin(angle), np.cos(angle)))
        return (np.arctan2(sine, cosine) / 4).astype(np.float32)


def _cartoon(flat: Sheet, rng: np.random.Generator) -> Cartoon:
    x, y = flat.grid
    cartoon = _sea_and_sky(flat, rng)
    _add_fish(cartoon, x, y)
    _add_frame(cartoon, x, y)
    return cartoon


def _sea_and_sky(flat: Sheet, rng: np.random.Generator) -> Cartoon:
    """Ribbons of sea below rings of sunlight; the rows follow both."""
    x, y = flat.grid
    waves = y + 15 * np.sin(x / 62) + 7 * np.sin(x / 27 + 2) + 5 * flat.noise(rng, 150, 2)
    tone = 0.12 + 0.22 * (np.floor(waves / 25) % 3) + 0.06 * flat.noise(rng, 60, 2) + 0.0007 * (HEIGHT - y)
    cartoon = Cartoon(ramp(COOL, np.clip(tone, 0, 1)), waves / 25, np.full(flat.shape, 12.5, np.float32))
    dx, dy = x - 590, y - 178
    away = np.hypot(dx, dy)
    ray = np.sign(np.sin(np.arctan2(dy, dx) * 12 + 0.02 * away))
    light = np.clip(0.93 - away / 640 + 0.13 * ray - 0.05 * (np.floor(away / 26) % 2), 0, 1)
    cartoon.cover(waves < 280 + 12 * np.sin(x / 80), ramp(WARM, light), away / 25)
    disc = ramp(WARM[1:], 1 - np.abs(np.floor(away / 14) / 6 - 0.15))
    cartoon.cover(away < 84, disc)
    cartoon.cover(np.abs(away - 87) < 7, WARM[0])
    return cartoon


def _add_fish(cartoon: Cartoon, x: Array, y: Array) -> None:
    """The fish, outlined in black; the stones follow its outline inside and for a few rows outside."""
    spine = 395 + 20 * np.sin(x / 110)
    t = np.clip((x - 160) / 424, 0, 1)
    half = 118 * np.clip(np.sin(np.pi * t**1.2), 0, 1) ** 0.75 * (0.38 + 0.62 * t**0.35) + 20
    body = _distance((np.abs(y - spine) < half) & (x > 155) & (x < 584))
    off_spine = np.abs(y - spine)
    tail = (x > 70) & (x < 186) & (off_spine < 14 + (186 - x) * 0.74) & (off_spine > (122 - x) * 0.9)
    arch = np.clip(np.sin(np.pi * np.clip((x - 250) / 220, 0, 1)), 0, 1) ** 0.8
    top = (arch > 0) & (y < spine) & (y > spine - 112 - 52 * arch)
    belly = np.sin(np.pi * np.clip((x - 290) / 120, 0, 1))
    under = (belly > 0) & (y > spine) & (y < spine + 94 + 58 * belly)
    fins = _distance(tail | top | under)

    nearest = np.minimum(body, fins)
    cartoon.field = np.where(nearest < 50, nearest / 25, cartoon.field)
    cartoon.size = np.where(nearest < 18, 9.0, cartoon.size)
    rows = np.floor(-fins / 9)
    cartoon.cover(fins < 0, ramp([WARM[4], WARM[2], WARM[0]], (rows % 3) / 2))
    cartoon.cover(np.abs(fins) < 5.5, DARK)
    rows = np.floor(-body / 10)
    cartoon.cover(
        body < 0, ramp([WARM[1], WARM[2], WARM[3], WARM[4], WARM[5]], np.clip(rows / 8, 0, 1)), body / 25
    )
    cartoon.cover(
        (body < 0) & (y < spine), ramp([COOL[0], COOL[1], COOL[2], COOL[3], COOL[4]], np.clip(rows / 7, 0, 1))
    )
    spots = (np.sin(x / 9.5) * np.sin((y - spine) / 9.5) > 0.55) & (body < -22)
    cartoon.cover(spots & (y < spine), GOLD)
    cartoon.cover(spots & (y > spine), WARM[0])
    cartoon.cover((np.abs(y - spine) < 6) & (body < 0), IVORY)
    cheek = np.hypot(x - 506, (y - 398) * 0.85)
    head = (body < 0) & ((x > 470) | (cheek < 84))
    cartoon.cover(head, ramp([WARM[3], WARM[4], WARM[5], GOLD], (np.floor(-body / 10) % 4) / 3), body / 25)
    cartoon.cover((np.abs(cheek - 84) < 5) & (body < 0) & (x < 470), WARM[0])
    mouth = np.abs(y - 432 + 0.2 * (x - 560))
    cartoon.cover((mouth < 4.5) & (x > 522) & (body < 0), DARK)
    cartoon.cover(np.abs(body) < 5.5, DARK)
    eye = np.hypot(x - 512, y - 362)
    cartoon.field = np.where(eye < 38, eye / 25, cartoon.field)
    cartoon.size = np.where(eye < 34, 6.6, cartoon.size)
    for radius, tint in ((28, DARK), (22, IVORY), (13, COOL[2]), (7, DARK)):
        cartoon.cover(eye < radius, tint)


def _add_frame(cartoon: Cartoon, x: Array, y: Array) -> None:
    """A border of wolf's teeth between lines of dark and light stone."""
    beside, above = np.minimum(x, WIDTH - x), np.minimum(y, HEIGHT - y)
    edge = np.minimum(beside, above)
    run = np.where(above < beside, x - WIDTH / 2, y - HEIGHT / 2)
    tooth = np.abs((run / 64 + 0.25) % 1 - 0.5) * 2
    framed = edge < BORDER
    cartoon.cover(framed, WARM[4], edge / 25)
    cartoon.cover((edge < 40) & ((edge - 13) / 27 < tooth), COOL[1])
    cartoon.cover((edge < 40) & ((edge - 13) / 27 < tooth - 0.5), WARM[2])
    for low, high, tint in ((0, 8, DARK), (8, 15, WARM[1]), (38, 45, IVORY), (45, BORDER, DARK)):
        cartoon.cover((edge >= low) & (edge < high), tint)
    cartoon.size = np.where(framed, 7.6, cartoon.size)


def _distance(inside: NDArray[np.bool_]) -> Array:
    """Signed distance to a region's edge, negative inside."""
    outer, inner = ndimage.distance_transform_edt(~inside), ndimage.distance_transform_edt(inside)
    return (outer - inner).astype(np.float32)


def _nearest(points: Array, centers: Array, turn: Array, size: Array) -> tuple[Array, Array, Array]:
    """The stone each point belongs to, its distance in that stone's square metric, and the runner-up's."""
    _, candidates = cKDTree(centers).query(points, k=9, workers=2)
    offset = points[:, None] - centers[candidates]
    c, s = np.cos(turn)[candidates], np.sin(turn)[candidates]
    u = np.abs(offset[..., 0] * c + offset[..., 1] * s)
    v = np.abs(offset[..., 1] * c - offset[..., 0] * s)
    # A square with slightly rounded corners: between the maximum and the Euclidean metric.
    metric = (u**6 + v**6) ** (1 / 6) * (10 / size[candidates])
    order = np.argsort(metric, axis=1)[:, :2]
    both = np.take_along_axis(metric, order, 1)
    return np.take_along_axis(candidates, order[:, :1], 1)[:, 0], both[:, 0], both[:, 1]


def _at(field: Array, centers: Array) -> Array:
    rows, columns = (
        np.clip(centers[:, 1], 0, HEIGHT - 1).astype(int),
        np.clip(centers[:, 0], 0, WIDTH - 1).astype(int),
    )
    return field[rows, columns]


def _pack(angle: Array, size: Array, rng: np.random.Generator, rounds: int = 40) -> Array:
    """Centres of the stones: centroidal Voronoi in a square metric turned by `angle` (Hausner 2001)."""
    y, x = np.mgrid[1:HEIGHT:2, 1:WIDTH:2].astype(np.float32)
    points = np.stack([x.ravel(), y.ravel()], -1)
    chance = 1 / _at(size, points) ** 2
    count = int(4 * chance.sum())
    centers = points[rng.choice(len(points), count, replace=False, p=chance / chance.sum())]
    for _ in range(rounds):
        owner, _, _ = _nearest(points, centers, _at(angle, centers), _at(size, centers))
        total = np.bincount(owner, minlength=count)
        for axis in (0, 1):
            mean = np.bincount(owner, points[:, axis], count) / np.maximum(total, 1)
            centers[:, axis] = np.where(total > 0, mean, centers[:, axis])
    return centers


def _set(
    sheet: Sheet, centers: Array, color: Array, angle: Array, size: Array, rng: np.random.Generator
) -> Array:
    """Lay the stones in grout: each with its own tint, tilt and chipped edge, lit from the upper left."""
    x, y = sheet.grid
    rough = sheet.noise(rng, 7, 2)
    points = np.stack([(x + 0.35 * rough).ravel(), (y + 0.35 * sheet.noise(rng, 7, 2)).ravel()], -1)
    count = len(centers)
    turn = _at(angle, centers) + rng.normal(0, 0.06, count).astype(np.float32)
    owner, first, second = (
        part.reshape(sheet.shape) for part in _nearest(points, centers, turn, _at(size, centers))
    )
    gap = (second - first) * _at(size, centers)[owner] / 20 - 0.55
    stone = np.clip(0.5 + gap * sheet.scale, 0, 1).astype(np.float32)

    tint = _at(color, centers) * rng.normal(1, 0.11, (count, 1)) + rng.normal(0, 0.025, (count, 3))
    tilt = rng.normal(0, 0.05, (2, count)).astype(np.float32)[:, owner]
    bevel = 1.5 * step(0, 2.0, gap)
    offset_x, offset_y = x - centers[owner, 0], y - centers[owner, 1]
    height = bevel + tilt[0] * offset_x + tilt[1] * offset_y
    height = np.where(stone > 0, height, -0.8).astype(np.float32) * stone
    vein = 0.07 * sheet.noise(rng, 9, 2, (2.0, 0.7))
    stones = np.clip(tint, 0, 1).astype(np.float32)[owner] * (1 + vein)[..., None]
    mortar = GROUT * (0.72 + 0.07 * sheet.noise(rng, 4, 2) + 0.08 * sheet.noise(rng, 120, 2))[..., None]
    shadow = 1 - 0.25 * sheet.blur(1 - stone, 1.0) * stone
    picture = mix(mortar.astype(np.float32), stones.astype(np.float32), stone) * shadow[..., None]
    return sheet.light(picture, sheet.blur(height, 0.5), 0.55, gloss=0.3)
