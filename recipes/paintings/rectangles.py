"""Planes and bars at a tilt, as painted by hand: colours not quite flat, edges not quite straight."""

from dataclasses import dataclass

import numpy as np
from sheet import HEIGHT, WIDTH, Array, Sheet, rgb

from brush import Bristles, Oil

BLACK, CREAM, BONE, GRAY = rgb("#17161a"), rgb("#efe6d2"), rgb("#d9ccb0"), rgb("#9a9a97")
RED, VERMILION, OCHRE, YELLOW = rgb("#b3201f"), rgb("#d9452b"), rgb("#cf9a3a"), rgb("#f0c22e")
BLUE, NAVY, TEAL, ROSE = rgb("#1f4aa0"), rgb("#17284f"), rgb("#2f6f73"), rgb("#dba79a")
LINEN = rgb("#b79f78")


@dataclass(frozen=True)
class Plane:
    """A rectangle about (x, y), in points, turned by `angle` degrees; brushed `brushed` degrees off that."""

    x: float
    y: float
    width: float
    height: float
    angle: float
    color: Array
    brushed: float = 0.0


# The ground: large quiet planes that fill the canvas, edge to edge.
GROUND = [
    Plane(384, 320, 1100, 1100, 0, CREAM, 20),
    Plane(110, 120, 420, 420, -16, BONE, 10),
    Plane(690, 70, 380, 300, -16, ROSE, 80),
    Plane(120, 600, 460, 260, -16, OCHRE, 0),
    Plane(700, 580, 330, 330, -16, GRAY, 90),
    Plane(420, 640, 210, 190, -16, BONE, 90),
    Plane(50, 330, 150, 210, -16, TEAL, 90),
]
# The figure, back to front.
FIGURE = [
    Plane(305, 262, 330, 236, -16, RED, 0),
    Plane(505, 400, 250, 250, -16, BLUE, 90),
    Plane(232, 462, 176, 150, -16, YELLOW, 0),
    Plane(548, 160, 150, 116, -16, NAVY, 90),
    Plane(418, 330, 118, 300, -16, BLACK, 90),
    Plane(640, 300, 92, 92, -16, VERMILION, 0),
    Plane(150, 205, 92, 176, -16, BLACK, 90),
    Plane(668, 446, 70, 150, -16, YELLOW, 90),
    Plane(330, 545, 240, 44, -16, NAVY, 0),
    Plane(300, 130, 300, 30, -16, YELLOW, 0),
    Plane(586, 545, 120, 76, -16, RED, 0),
    Plane(402, 292, 620, 13, 31, BLACK, 0),
    Plane(250, 330, 26, 420, 31, CREAM, 90),
    Plane(560, 330, 480, 9, -16, CREAM, 0),
    Plane(92, 430, 210, 16, -16, BLACK, 0),
    Plane(90, 465, 170, 9, -16, RED, 0),
    Plane(95, 492, 130, 6, -16, BLACK, 0),
    Plane(700, 190, 150, 12, -16, BLACK, 0),
    Plane(705, 216, 120, 7, -16, BLUE, 0),
    Plane(470, 70, 14, 170, -16, RED, 90),
    Plane(496, 64, 7, 130, -16, BLACK, 90),
    Plane(470, 470, 64, 64, 31, VERMILION, 0),
    Plane(362, 214, 46, 46, -16, YELLOW, 90),
    Plane(214, 258, 62, 20, -16, CREAM, 0),
    Plane(548, 392, 110, 26, -16, OCHRE, 0),
    Plane(540, 150, 60, 14, -16, ROSE, 0),
    Plane(640, 592, 210, 10, -16, BLACK, 0),
    Plane(232, 470, 46, 80, -16, TEAL, 90),
    Plane(404, 130, 56, 34, -16, BLUE, 0),
    Plane(60, 60, 120, 64, -16, VERMILION, 0),
    Plane(52, 66, 60, 12, -16, BLACK, 0),
    Plane(140, 100, 90, 8, -16, NAVY, 0),
    Plane(640, 60, 84, 40, -16, YELLOW, 90),
    Plane(690, 40, 14, 90, -16, BLACK, 90),
    Plane(80, 590, 96, 70, -16, NAVY, 90),
    Plane(150, 612, 110, 14, -16, VERMILION, 0),
    Plane(420, 600, 62, 62, -16, BLACK, 0),
    Plane(470, 616, 80, 9, -16, RED, 0),
    Plane(40, 330, 60, 46, -16, OCHRE, 0),
]


def paint(sheet: Sheet, rng: np.random.Generator) -> Array:
    """Paint the planes: an H×W×3 picture in [0, 1]."""
    weave = sheet.weave(rng)
    linen = LINEN * (0.8 + 0.3 * weave)[..., None]
    oil = Oil(sheet, linen.astype(np.float32), 0.5 * weave, Bristles(rng))
    tremble = sheet.noise(rng, 46, 4), sheet.noise(rng, 46, 4)
    for plane in GROUND + FIGURE:
        _fill(oil, plane, tremble, rng)
    # Thin paint sinks into the weave and age darkens the hollows.
    height = sheet.blur(oil.height, 0.3) + 0.35 * weave
    cloud = 1 + 0.035 * sheet.noise(rng, 240, 4) + 0.05 * (weave - 0.5)
    return sheet.light(oil.color * cloud[..., None], height, 0.7, gloss=0.2)


def _fill(oil: Oil, plane: Plane, tremble: tuple[Array, Array], rng: np.random.Generator) -> None:
    """Fill a plane with parallel strokes, two coats, kept within edges that tremble a little."""
    x, y = oil.sheet.grid
    turn = np.deg2rad(plane.angle)
    dx, dy = x - plane.x + 0.9 * tremble[0], y - plane.y + 0.9 * tremble[1]
    across = np.abs(dx * np.cos(turn) + dy * np.sin(turn)) - plane.width / 2
    down = np.abs(dy * np.cos(turn) - dx * np.sin(turn)) - plane.height / 2
    mask = oil.sheet.coverage(np.maximum(across, down))
    # A dark seam where a plane was cut in over its neighbour.
    seam = np.exp(-((np.maximum(across, down) / 1.3) ** 2)) * 0.25
    oil.color *= (1 - seam)[..., None]

    brushed = turn + np.deg2rad(plane.brushed)
    way, side = np.array([np.cos(brushed), np.sin(brushed)]), np.array([-np.sin(brushed), np.cos(brushed)])
    upright = plane.brushed > 45
    run, breadth = (plane.height, plane.width) if upright else (plane.width, plane.height)
    half = float(np.clip(breadth / 7, 2.5, 11))
    center = np.array([plane.x, plane.y])
    for coat in range(2):
        for offset in np.arange(-breadth / 2, breadth / 2 + half, half * 1.05):
            start = -run / 2 - half
            while start < run / 2:
                length = rng.uniform(0.5, 1.2) * 130
                points = np.linspace(start, start + length, 6)
                sway = offset + np.cumsum(rng.normal(0, half * 0.10, 6)) + rng.normal(0, half * 0.25)
                path = center + points[:, None] * way + sway[:, None] * side
                start += length * 0.75
                if (path.max(0) < 0).any() or path[:, 0].min() > WIDTH or path[:, 1].min() > HEIGHT:
                    continue
                colors = _load(plane.color, rng)
                body, dry = (0.5, 0.1) if coat == 0 else (0.85, rng.uniform(0.3, 0.75))
                oil.stroke(path.astype(np.float32), half, colors, body=body, dryness=dry, mask=mask)


def _load(color: Array, rng: np.random.Generator) -> tuple[Array, Array]:
    """The plane's colour, a little warmer or cooler, lighter or darker each time the brush is loaded."""
    shift = rng.normal(0, 0.018) + np.array([1, 0, -1]) * rng.normal(0, 0.012)
    apart = abs(rng.normal(0.025, 0.02))
    light = np.clip(color + shift + apart, 0, 1)
    dark = np.clip((color + shift) * 0.93 - apart, 0, 1)
    return dark.astype(np.float32), light.astype(np.float32)
