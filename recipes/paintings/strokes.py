"""A night over water in thick oil: strokes along a swirling wind, laid coarse to fine."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from sheet import HEIGHT, WIDTH, Array, Sheet, mix, ramp, rgb, step

from brush import Bristles, Oil

NIGHT = [rgb(c) for c in ("#0b1238", "#13235f", "#1d3f8f", "#2f66b5", "#5b97cf", "#a9d0dd", "#e9ecc9")]
SEA = [rgb(c) for c in ("#08122f", "#0f2a57", "#17477a", "#2b6f94", "#62a3ab")]
HILL = [rgb(c) for c in ("#0a1430", "#14284a", "#1f3f52", "#35604f")]
LIGHT = [rgb(c) for c in ("#3f7fbf", "#9cc5b4", "#e6d06a", "#f6c32f", "#fff0a8", "#fffbe6")]
UNDERPAINTING = rgb("#3a2418")
SHORE = 452.0  # y, in points

# x, y, radius, turning sense
VORTICES = [(250, 205, 130, 1.0), (468, 262, 88, -1.0), (640, 330, 70, 1.0), (60, 340, 80, -1.0)]
# x, y, radius of the light with its halo
STARS = [
    (95, 95, 56), (225, 52, 34), (372, 88, 46), (486, 108, 32), (560, 50, 40), (668, 108, 92),
    (60, 228, 36), (372, 232, 24), (735, 262, 38), (566, 222, 34), (150, 352, 34), (352, 356, 30),
]  # fmt: skip
LAMPS = [
    (70, 1.0),
    (136, 0.7),
    (205, 1.0),
    (262, 0.6),
    (330, 0.9),
    (410, 0.7),
    (470, 1.0),
    (548, 0.8),
    (620, 0.6),
    (700, 1.0),
]


@dataclass
class Sketch:
    """What the painter has in mind, a pixel a point: colours, the strokes' way, where care is needed."""

    color: Array
    angle: Array
    care: Array


def paint(sheet: Sheet, rng: np.random.Generator) -> Array:
    """Paint the night: an H×W×3 picture in [0, 1]."""
    sketch = _sketch(rng)
    color = np.broadcast_to(UNDERPAINTING, (*sheet.shape, 3)).astype(np.float32)
    oil = Oil(sheet, color, sheet.weave(rng) * 0.3, Bristles(rng))
    #             half-width, length, spacing, thickness, least care
    for half, length, spacing, body, care in (
        (15.0, 120, 20, 0.9, 0.0),
        (9.0, 84, 12.5, 1.4, 0.0),
        (5.6, 54, 9.0, 1.7, 0.22),
        (3.2, 30, 6.4, 1.5, 0.42),
        (2.2, 17, 4.6, 1.4, 0.62),
    ):
        for x, y in _places(rng, spacing):
            if sketch.care[int(y), int(x)] >= care + 0.12 * rng.standard_normal():
                path = _follow(sketch.angle, x, y, length * rng.uniform(0.7, 1.25))
                colors = _load(sketch.color[int(y), int(x)], rng)
                oil.stroke(
                    path, half * rng.uniform(0.75, 1.2), colors, body=body, dryness=rng.uniform(0.1, 0.55)
                )
    return sheet.light(oil.color, sheet.blur(oil.height, 0.35), 0.75, gloss=0.35)


def _sketch(rng: np.random.Generator) -> Sketch:
    flat = Sheet(1.0)
    x, y = flat.grid
    angle, swirl = _wind(flat, rng)
    streaks = _smear(flat.noise(rng, 26, 2), angle, 26)
    tone = 0.36 + 0.15 * streaks + 0.13 * swirl + 0.16 * step(150, SHORE, y) + 0.05 * flat.noise(rng, 160, 2)
    color = ramp(NIGHT, np.clip(tone, 0, 0.92))
    care = 0.25 + 0.35 * step(0.3, 1.2, np.abs(streaks))

    for sx, sy, radius in STARS:
        away = np.hypot(x - sx, y - sy) / radius
        rings = 0.10 * np.sin(away * 17) * step(0.15, 0.4, away)
        glow = np.clip(1 - away**0.8 + rings, 0, 1)
        color = mix(color, ramp(LIGHT, np.clip(glow * 1.25, 0, 1)), step(0.02, 0.45, glow))
        care = np.maximum(care, 1.2 * step(1.1, 0.4, away))

    ridge = SHORE - 26 - 30 * np.sin(x / 118 + 0.6) - 16 * np.sin(x / 47) - 22 * step(420, 760, x)
    land = step(-1.5, 1.5, y - ridge)
    slope = np.clip(0.25 + 0.22 * streaks + 0.5 * step(40, 0, y - ridge), 0, 1)
    color = mix(color, ramp(HILL, slope), land)
    hillside = np.arctan(np.gradient(ridge[0]))[None, :] + 0.12 * flat.noise(rng, 60, 2)
    angle = np.where(land > 0.5, hillside, angle)
    care = np.maximum(care, step(14, 3, np.abs(y - ridge)))

    shore = SHORE + 3 * np.sin(x / 60)
    water = step(-1.5, 1.5, y - shore)
    ripple = flat.noise(rng, 26, 3, (3.0, 0.45))
    near = step(SHORE, HEIGHT, y)
    color = mix(color, ramp(SEA, np.clip(0.40 + 0.2 * ripple - 0.02 * near, 0, 1)), water)
    angle = np.where(water > 0.5, 0.16 * flat.noise(rng, 70, 2) + 0.10 * np.sin(x / 40 + y / 15), angle)
    care = np.where(water > 0.5, 0.30 + 0.25 * step(0.4, 1.4, np.abs(ripple)), care)

    for lx, power in LAMPS:
        lamp_y = SHORE - 9 - 5 * np.sin(lx)
        lamp = step(9 * power + 4, 1, np.hypot(x - lx, (y - lamp_y) * 0.9))
        spread = 5 + 17 * power * near + 6
        wobble = 7 * flat.noise(rng, 22, 1, (4, 0.8)) * near
        broken = step(-0.7, 0.5, flat.noise(rng, 9, 1, (5, 0.9)))
        column = (
            np.exp(-(((x - lx + wobble) / spread) ** 2))
            * water
            * broken
            * step(SHORE + 150 * power + 50, SHORE + 20, y)
        )
        shine = np.maximum(lamp, 0.88 * column)
        color = mix(color, ramp(LIGHT[1:], np.clip(shine * 1.1, 0, 1)), np.clip(shine * 1.5, 0, 1))
        care = np.maximum(care, 1.1 * step(0.15, 0.5, shine))
    return Sketch(color, angle.astype(np.float32), care.astype(np.float32))


def _wind(flat: Sheet, rng: np.random.Generator) -> tuple[Array, Array]:
    """Angle of the wind, a drift that whirls about vortices and lights; and bright spiral arms in −1 … 1."""
    x, y = flat.grid
    drift = 0.28 * np.sin(x / 95 + y / 140) + 0.2 * flat.noise(rng, 200, 2)
    u, v = np.cos(drift) * 0.55, np.sin(drift) * 0.55
    arms = np.zeros(flat.shape, np.float32)
    lights = [(sx, sy, 1.15 * radius, 1.0) for sx, sy, radius in STARS]
    for cx, cy, radius, sense in VORTICES + lights:
        star = (cx, cy, radius, sense) in lights
        dx, dy = x - cx, y - cy
        away = np.hypot(dx, dy) + 1e-3
        pull = 4 * np.exp(-((away / radius) ** (6 if star else 2)))
        inward = 0.22 if not star or radius > 80 else 0.0
        u += pull * (-dy * sense - dx * inward) / away
        v += pull * (dx * sense - dy * inward) / away
        if not star:
            phase = sense * np.arctan2(dy, dx) * 2 + 6.5 * np.log(away / radius + 0.15)
            arms += (0.55 + np.sin(phase)) * np.exp(-((away / radius / 0.95) ** 4))
    return np.arctan2(v, u).astype(np.float32), arms


def _smear(values: Array, angle: Array, reach: int) -> Array:
    """Average along the flow (line integral convolution), so that tones run with the wind."""
    total = values.copy()
    for sign in (-1.0, 1.0):
        y, x = np.mgrid[: values.shape[0], : values.shape[1]].astype(np.float32)
        for _ in range(reach):
            here = ndimage.map_coordinates(np.cos(angle), [y, x], order=0, mode="nearest")
            there = ndimage.map_coordinates(np.sin(angle), [y, x], order=0, mode="nearest")
            x, y = x + sign * 2 * here, y + sign * 2 * there
            total += ndimage.map_coordinates(values, [y, x], order=1, mode="nearest")
    return (total / total.std()).astype(np.float32)


def _places(rng: np.random.Generator, spacing: float) -> Array:
    """Where strokes go: a jittered grid over the sheet, in no order."""
    x, y = np.meshgrid(np.arange(spacing / 2, WIDTH, spacing), np.arange(spacing / 2, HEIGHT, spacing))
    places = np.stack([x.ravel(), y.ravel()], -1) + rng.uniform(-0.6, 0.6, (x.size, 2)) * spacing
    return rng.permutation(np.clip(places, 0, (WIDTH - 1, HEIGHT - 1)))


def _follow(angle: Array, x: float, y: float, length: float) -> Array:
    """A path of `length` points along the flow, through its middle (x, y)."""
    count = max(4, int(length / 9))
    halves = []
    for sign in (-1.0, 1.0):
        px, py, points = x, y, []
        for _ in range(count // 2):
            a = angle[int(np.clip(py, 0, HEIGHT - 1)), int(np.clip(px, 0, WIDTH - 1))]
            px, py = px + sign * np.cos(a) * length / count, py + sign * np.sin(a) * length / count
            points.append((px, py))
        halves.append(points)
    return np.array([*halves[0][::-1], (x, y), *halves[1]], np.float32)


def _load(color: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """Two colours for the brush, near the one meant and a little apart, as paint mixed in haste."""
    shift = rng.normal(0, 0.035, 3) + rng.normal(0, 0.045)
    apart = rng.normal(0, 0.03, 3) + rng.normal(0, 0.06)
    first, second = np.clip(color + shift - apart, 0, 1), np.clip(color + shift + apart, 0, 1)
    return first.astype(np.float32), second.astype(np.float32)
