"""Curling waves as a woodblock print: striped crests, fingers of foam, flat inks with the block's grain."""

import numpy as np
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline
from sheet import HEIGHT, WIDTH, Array, Sheet, mix, rgb, step

PAPER, CREAM = rgb("#efe3c6"), rgb("#f4ecd6")
PRUSSIAN, DEEP, MIDDLE, PALE, MIST = (rgb(c) for c in ("#0f2440", "#16406e", "#2f6f9f", "#8fb6c0", "#c9d6c8"))
OCHRE, SAND, RUST = rgb("#d9b36c"), rgb("#e6cf9d"), rgb("#c9743f")

# A wave breaking to the left, one unit high: its back from the foot to the tip of the lip; its face likewise.
BACK = [
    (1.75, 0.0), (1.15, 0.1), (0.72, 0.36), (0.38, 0.72), (0.02, 0.97),
    (-0.36, 1.0), (-0.66, 0.82), (-0.74, 0.56),
]  # fmt: skip
FACE = [
    (-1.05, 0.0), (-0.55, 0.05), (-0.2, 0.2), (-0.08, 0.42), (-0.16, 0.62),
    (-0.36, 0.73), (-0.58, 0.7), (-0.74, 0.56),
]  # fmt: skip
_FINE = 2  # blocks are cut this much finer than the sheet


class Blocks:
    """The colour blocks and, cut on its own, the key block with the lines; later shapes cover earlier."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.scale = sheet.scale * _FINE
        size = (sheet.shape[1] * _FINE, sheet.shape[0] * _FINE)
        self._color, self._key = Image.new("RGB", size), Image.new("L", size)
        self._draw_color, self._draw_key = ImageDraw.Draw(self._color), ImageDraw.Draw(self._key)

    def polygon(self, points: Array, color: Array, line: float = 0.0) -> None:
        """A filled shape, outlined with `line` points of the key block."""
        corners = [tuple(p) for p in (points * self.scale).tolist()]
        self._draw_color.polygon(corners, fill=_bytes(color))
        self._draw_key.polygon(corners, fill=0)
        if line:
            self.line(np.concatenate([points, points[:1]]), line)

    def line(self, points: Array, width: float) -> None:
        """A line of the key block."""
        corners = [tuple(p) for p in (points * self.scale).tolist()]
        self._draw_key.line(corners, fill=255, width=max(1, round(width * self.scale)), joint="curve")

    def discs(self, discs: Array, color: Array, line: float = 0.0) -> None:
        """The union of discs (x, y, radius), outlined as one shape."""
        for draw, extra, fill in ((self._draw_key, line, 255 if line else 0), (self._draw_key, 0.0, 0)):
            for x, y, r in discs.tolist():
                draw.ellipse(self._box(x, y, r + extra), fill=fill)
        for x, y, r in discs.tolist():
            self._draw_color.ellipse(self._box(x, y, r + line / 2), fill=_bytes(color))

    def _box(self, x: float, y: float, r: float) -> tuple[float, float, float, float]:
        k = self.scale
        return ((x - r) * k, (y - r) * k, (x + r) * k, (y + r) * k)

    def pull(self) -> tuple[Array, Array]:
        """The colours H×W×3 and the lines H×W, in [0, 1], the blocks a little out of register."""
        slip = round(0.7 * self.scale)
        color = np.asarray(self._color.reduce(_FINE), np.float32) / 255
        width, height = self._key.size
        key = self._key.crop((slip, -slip, width + slip, height - slip))
        return color, np.asarray(key.reduce(_FINE), np.float32) / 255


def paint(sheet: Sheet, rng: np.random.Generator) -> Array:
    """Cut and print the waves: an H×W×3 picture in [0, 1]."""
    blocks = Blocks(sheet)
    _sky(blocks)
    rows = [(196, 62), (262, 84), (338, 108), (430, 138), (536, 172), (650, 200)]
    for index, (base, size) in enumerate(rows):
        _swell(blocks, base - 0.12 * size, size, index, rng)
        pitch = size * 2.15
        x = (-0.4 + 0.55 * (index % 2)) * pitch + rng.uniform(-0.1, 0.1) * pitch
        while x < WIDTH + size * 1.3:
            tall = size * rng.uniform(0.82, 1.15)
            _wave(blocks, x, base + rng.uniform(-0.06, 0.06) * size, tall, index, rng)
            x += pitch * rng.uniform(0.86, 1.14)
    return _print(blocks, rng)


def _print(blocks: Blocks, rng: np.random.Generator) -> Array:
    """Press the blocks on paper: ink thinned by the grain of the wood, mottled by the hand that rubbed it."""
    sheet = blocks.sheet
    color, key = blocks.pull()
    _, y = sheet.grid
    # Shading wiped on the block by hand: dark at the top of the sky, deeper towards the foot of the sheet.
    color = mix(
        color, np.broadcast_to(DEEP, color.shape), 0.85 * step(62, -8, y + 5 * sheet.noise(rng, 200, 2))
    )
    color = color * (1 - 0.16 * step(380, 640, y))[..., None]
    grain = _wood(sheet, rng)
    mottle = 0.5 * sheet.noise(rng, 60, 5) + 0.35 * sheet.noise(rng, 2.5, 2)
    load = np.clip(0.93 + 0.11 * grain + 0.07 * mottle, 0.35, 1.3)
    bare = PAPER * (1 + 0.025 * sheet.noise(rng, 4, 3) + 0.02 * sheet.noise(rng, 260, 3))[..., None]
    printed = bare * np.clip(color / PAPER, 0.01, 1.04) ** load[..., None]
    inked = sheet.blur(key, 0.3) * np.clip(0.95 + 0.12 * grain, 0, 1)
    printed *= (1 - 0.03 * grain)[..., None]
    return mix(printed.astype(np.float32), PRUSSIAN * 0.75, np.clip(inked, 0, 1).astype(np.float32))


def _wood(sheet: Sheet, rng: np.random.Generator) -> Array:
    """Grain of the block, deviation about 1: lines along x, led round a few knots."""
    x, y = sheet.grid
    rings = y + 16 * sheet.noise(rng, 420, 2, (2.2, 0.6))
    for kx, ky, size in ((180, 150, 34), (600, 420, 44), (330, 560, 30)):
        away = np.hypot((x - kx) / 2.4, y - ky)
        rings = rings + 0.9 * size * np.exp(-((away / size) ** 2)) * np.sign(y - ky) * (
            1 - np.exp(-np.abs(y - ky) / 8)
        )
    lines = rng.standard_normal(4096).astype(np.float32)
    fine = np.interp((rings * 1.1) % 4000, np.arange(4096), lines)
    broad = np.interp((rings * 0.22) % 4000, np.arange(4096), lines[::-1])
    return 0.6 * fine + 0.5 * broad + 0.35 * sheet.noise(rng, 3, 2, (14, 0.8))


def _sky(blocks: Blocks) -> None:
    """A low sun among drifting bars of mist."""
    sheet = np.array([(0, 0), (WIDTH, 0), (WIDTH, HEIGHT), (0, HEIGHT)], np.float32)
    blocks.polygon(sheet, SAND)
    blocks.discs(np.array([(520.0, 118.0, 62.0)]), RUST, 1.2)
    for x, y, length, half, color in (
        (-60, 62, 250, 9, CREAM), (60, 84, 270, 10, OCHRE), (-40, 108, 200, 8, MIST),
        (330, 72, 170, 8, CREAM), (250, 128, 150, 8, OCHRE), (420, 150, 260, 9, CREAM),
        (590, 84, 260, 10, MIST), (650, 112, 200, 8, OCHRE), (120, 142, 120, 7, CREAM),
        (380, 100, 90, 6, OCHRE), (560, 46, 120, 7, OCHRE), (180, 44, 150, 7, MIST),
    ):  # fmt: skip
        along = np.linspace(0, length, int(length / 2))
        discs = np.stack([x + along, y + 2.5 * np.sin(along / 55 + x), np.full_like(along, half)], -1)
        blocks.discs(discs, color, 1.0)


def _spline(points: list[tuple[float, float]] | Array, count: int) -> Array:
    """`count` places on the smooth curve through the points."""
    knots = np.asarray(points, float)
    chord = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(knots, axis=0).T) ** 0.7)])
    return CubicSpline(chord / chord[-1], knots)(np.linspace(0, 1, count))


def _swell(blocks: Blocks, base: float, size: float, index: int, rng: np.random.Generator) -> None:
    """The sea between the crests of a row: ribbons one under the other, the upper edge laced with foam."""
    x = np.linspace(-20, WIDTH + 20, 160)
    shift, bend = rng.uniform(0, 6.28, 2)
    roll = 0.10 * size * np.sin(x / size * 1.5 + shift) + 0.05 * size * np.sin(x / size * 3.7 + bend)
    ribbons = [DEEP, PALE, MIDDLE, CREAM, DEEP, MIDDLE, PRUSSIAN, PALE, DEEP, MIDDLE, CREAM, PRUSSIAN]
    for number in range(24):
        y = (
            base
            + roll * (1 - 0.03 * number)
            + number * size * 0.055 * (1 + 0.5 * np.sin(x / size + 0.7 * number))
        )
        edge = np.stack([x, y], -1)
        shape = np.concatenate([edge, [(WIDTH + 20, HEIGHT + 20), (-20, HEIGHT + 20)]])
        blocks.polygon(shape, ribbons[(number + index) % 12], 0.012 * size)
    lace = np.arange(-10, WIDTH + 10, 0.05 * size)
    radius = size * rng.uniform(0.012, 0.05, len(lace))
    discs = np.stack(
        [lace, base + np.interp(lace, x, roll) + rng.uniform(-0.02, 0.03, len(lace)) * size, radius], -1
    )
    blocks.discs(discs, CREAM, 0.014 * size)


def _wave(blocks: Blocks, x: float, y: float, size: float, index: int, rng: np.random.Generator) -> None:
    """One curling wave: stripes from face to back that meet in the tip, then the foam on its lip."""

    def place(curve: Array) -> Array:
        return np.array([x, y]) + np.array([size, -size]) * curve

    back, face = place(_spline(BACK, 90)), place(_spline(FACE, 90))
    stripes = [
        (0.0, PALE),
        (0.13, CREAM),
        (0.2, MIDDLE),
        (0.34, DEEP),
        (0.44, CREAM),
        (0.5, MIDDLE),
        (0.62, PRUSSIAN),
    ]
    stripes += [(0.74, PALE), (0.8, DEEP), (0.92, MIDDLE)]
    line = 0.012 * size
    waver = 0.012 * np.sin(np.linspace(0, 9, 90) + rng.uniform(0, 6))
    for start, color in stripes:
        s = np.clip(start + waver * (start > 0), 0, 1)[:, None]
        blocks.polygon(np.concatenate([face + (back - face) * s, back[::-1]]), color, line)
    _foam(blocks, back, face, size, rng)


def _foam(blocks: Blocks, back: Array, face: Array, size: float, rng: np.random.Generator) -> None:
    """Lobes along the lip, fingers that reach forward and curl under, and spray ahead of them."""
    lip = np.concatenate([back[44:], face[-2:52:-1]])
    place = np.linspace(0, 1, len(lip))
    body = size * (0.008 + 0.062 * np.sin(np.pi * place**0.8) ** 0.8)
    line = 0.016 * size
    blocks.discs(np.stack([*lip.T, body * rng.uniform(0.75, 1.25, len(lip))], -1), CREAM, line)
    fingers = []
    # Short fingers in the mass, then long ones past its rim.
    for count, spread, reach, half in ((20, 0.8, (0.06, 0.11), 0.026), (21, 0.0, (0.17, 0.3), 0.05)):
        for t in np.linspace(0.12, 0.97, count):
            at = int(t * (len(lip) - 1))
            root = lip[at] + spread * body[at] * rng.uniform(-1, 1, 2)
            # From the crest fingers point forward, from the tip down, under the lip back into the hollow.
            turned = 1.7 * float(step(0.35, 0.8, t)) + 0.5 * float(step(0.8, 1, t))
            heading = np.pi - 0.5 + rng.normal(0, 0.22) - turned
            young = size * min(1.0, 0.3 + 1.6 * t)  # small where the foam begins, on the back
            fingers.append(_finger(root, heading, young * rng.uniform(*reach), young * half, rng, 2))
    # Every other finger is cut with its own outline, so that foam lies over foam.
    for number, finger in enumerate(fingers):
        blocks.discs(
            finger, (CREAM, CREAM, MIST, CREAM, PALE)[number % 5], line if number % 2 else 0.5 * line
        )
    tip = back[-1]
    count = 34
    away = size * np.abs(rng.normal(0, 0.33, count)) + 0.1 * size
    angle = rng.uniform(np.pi * 0.62, np.pi * 1.28, count)
    spray = np.stack(
        [
            tip[0] + away * np.cos(angle),
            tip[1] - away * np.sin(angle),
            size * rng.uniform(0.006, 0.02, count),
        ],
        -1,
    )
    blocks.discs(spray, CREAM, 0.006 * size)


def _finger(
    root: Array, heading: float, length: float, half: float, rng: np.random.Generator, forks: int
) -> Array:
    """Discs of a tapering hook from `root` along `heading` (radians, y up), forked into smaller ones."""
    count = 16
    t = np.linspace(0, 1, count)
    curl = heading + rng.uniform(0.9, 1.7) * t**1.5 * (1 if rng.uniform() < 0.85 else -1)
    path = root + np.cumsum(np.stack([np.cos(curl), -np.sin(curl)], -1), 0) * length / count
    hook = np.concatenate([path, (half * (1 - 0.78 * t**1.3))[:, None]], 1)
    if forks == 0 or length < 6:
        return hook
    branches = [
        _finger(path[at], curl[at] + turn, length * 0.5, half * 0.62, rng, forks - 1)
        for at, turn in ((6, -0.8), (10, 0.9))
    ]
    return np.concatenate([hook, *branches])


def _bytes(color: Array) -> tuple[int, int, int]:
    red, green, blue = (int(v * 255 + 0.5) for v in color)
    return red, green, blue
