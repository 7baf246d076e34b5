"""Mountains, bamboo and a red sun in ink on paper: washes that bleed, strokes that run dry, splashes."""

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw
from sheet import HEIGHT, WIDTH, Array, Sheet, mix, rgb, step

from brush import Bristles, footprint

PAPER = rgb("#ece0c4")
# How strongly a full load takes away red, green and blue light (optical density).
SOOT = np.array([2.6, 2.55, 2.35], np.float32)
INDIGO = np.array([2.3, 1.45, 0.75], np.float32)
UMBER = np.array([0.55, 1.0, 1.7], np.float32)
CINNABAR = np.array([0.25, 2.1, 2.3], np.float32)


@dataclass
class Paper:
    """A sheet of paper: the optical density H×W×3 of the ink in it, and its tooth H×W (deviation 1)."""

    sheet: Sheet
    rng: np.random.Generator
    density: Array
    fibre: Array
    bristles: Bristles

    def wash(
        self, distance: Array, ink: Array, load: Array | float, *, bleed: float = 6.0, edge: float = 0.35
    ) -> None:
        """A wet wash where `distance` (points) is negative: its rim bleeds, and is dark where it dried."""
        sheet = self.sheet
        rim = distance + bleed * sheet.noise(self.rng, 60, 5) * 0.6 + 0.9 * self.fibre
        wet = step(0.9, -0.9, rim) * 0.75 + step(bleed * 1.4, -bleed, rim) * 0.25
        dried = edge * np.exp(-np.abs(rim + 1.2) / 1.6) * (rim < 1)
        pools = np.clip(1 + 0.28 * sheet.noise(self.rng, 120, 4) + 0.16 * self.fibre, 0.1, 2)
        self.density += (load * pools * wet + dried * np.minimum(load, 0.5))[..., None] * ink

    def stroke(self, path: Array, half: Array, ink: Array, load: float, dryness: float) -> None:
        """One stroke of a loaded brush, half-widths along its path; the drier, the more paper shows."""
        print_ = footprint(self.sheet, path, half)
        if print_ is None:
            return
        hairs = self.bristles.read(print_, float(half.max()))
        progress = print_.along / print_.length
        tooth = 0.10 * self.fibre[print_.window]
        held = step(-0.06, 0.10, hairs + tooth - dryness * (0.35 + 0.65 * progress))
        pooled = 0.85 + 0.25 * print_.across**4 + 0.3 * np.exp(-print_.along / 7)
        amount = print_.cover * held * load * pooled * (1 - 0.25 * progress) * (0.75 + 0.5 * hairs)
        # Wet ink on wet ink does not add up: the darker of the two stays, and a little of the other.
        density = self.density[print_.window]
        laid = amount[..., None] * ink
        density[:] = np.maximum(density, laid) + 0.25 * np.minimum(density, laid)


def paint(sheet: Sheet, rng: np.random.Generator) -> Array:
    """Paint the landscape: an H×W×3 picture in [0, 1]."""
    fibre = _fibres(sheet, rng)
    paper = Paper(sheet, rng, np.zeros((*sheet.shape, 3), np.float32), fibre, Bristles(rng))
    x, y = sheet.grid
    sky = np.clip(0.10 + 0.10 * sheet.noise(rng, 240, 4, (2.5, 0.8)), 0, 0.5) * step(330, 0, y)
    paper.density += sky[..., None] * INDIGO
    paper.wash(np.hypot(x - 520, y - 150) - 58, CINNABAR, 0.62, bleed=3, edge=0.3)
    _mountains(paper)
    _water(paper)
    _splashes(paper)
    _bamboo(paper)
    _seal(paper)
    spread = np.maximum(paper.density, sheet.blur(paper.density, 1.6) * 0.55)
    grain = 1 + 0.10 * fibre[..., None]
    sheet_color = PAPER * (1 + 0.022 * fibre + 0.02 * sheet.noise(rng, 300, 4))[..., None]
    return np.clip(sheet_color * np.exp(-np.clip(spread * grain, 0, None)), 0, 1).astype(np.float32)


def _fibres(sheet: Sheet, rng: np.random.Generator) -> Array:
    """The tooth of the paper: felt, and long fibres lying every way in it; deviation about 1."""
    image = Image.new("L", sheet.shape[::-1], 128)
    draw = ImageDraw.Draw(image)
    for _ in range(3400):
        t = np.linspace(0, 1, 9)
        angle = rng.uniform(0, np.pi) + rng.normal(0, 1.2) * t
        start = rng.uniform((0, 0), (WIDTH, HEIGHT))
        path = start + np.cumsum(np.stack([np.cos(angle), np.sin(angle)], -1), 0) * rng.uniform(1.0, 4)
        draw.line(
            [tuple(p) for p in (path * sheet.scale).tolist()],
            fill=int(rng.choice((20, 70, 190, 240))),
            width=1,
        )
    hairs = sheet.blur(np.asarray(image, np.float32) / 128 - 1, 0.4)
    return (
        0.55 * sheet.noise(rng, 5, 3) + 0.45 * sheet.noise(rng, 22, 3) + 0.32 * hairs / (hairs.std() + 1e-6)
    )


def _mountains(paper: Paper) -> None:
    """Ridge before ridge, each darker than the last and dissolving in mist; dry strokes on the slopes."""
    sheet, rng = paper.sheet, paper.rng
    x, y = sheet.grid
    ranges = [
        (250, 70, INDIGO, 0.26, [(150, 150, 60), (360, 110, 70), (640, 170, 90)]),
        (
            330,
            110,
            0.6 * INDIGO + 0.3 * SOOT,
            0.40,
            [(80, 150, 70), (300, 190, 58), (470, 100, 50), (700, 150, 80)],
        ),
        (
            430,
            120,
            0.3 * INDIGO + 0.6 * SOOT,
            0.55,
            [(180, 170, 62), (420, 120, 70), (610, 210, 56), (760, 120, 60)],
        ),
    ]
    for base, mist, ink, load, peaks in ranges:
        crest = base - sum(rise * np.exp(-(np.abs((x - px) / width) ** 1.35)) for px, rise, width in peaks)
        crest = crest + 9 * sheet.noise(rng, 70, 5, (1, 9))
        depth = y - crest
        fade = step(base + mist * 0.55, base - mist * 0.9, y)
        slopes = 0.75 + 0.45 * step(60, 0, depth)
        paper.wash(-depth, ink, load * fade * slopes, bleed=4, edge=0.5)
        _crags(paper, crest, base, load, ink)


def _crags(paper: Paper, crest: Array, base: float, load: float, ink: Array) -> None:
    """Dry strokes down the slopes, most of them near the crest."""
    rng = paper.rng
    for _ in range(int(140 + 420 * load)):
        px = rng.uniform(0, WIDTH - 1)
        column = int(px * paper.sheet.scale)
        top = float(crest[0, column])
        if base - top < 25:
            continue
        ahead = float(crest[0, min(column + int(6 * paper.sheet.scale), crest.shape[1] - 1)])
        lean = np.clip((ahead - top) / 6, -1.2, 1.2)
        start = top + rng.uniform(-1, 0.55) ** 2 * (base - top)
        length = rng.uniform(16, 64)
        length = min(length, base - 4 - start)
        if length < 16:
            continue
        t = np.linspace(0, 1, 6)
        way = np.sign(lean) * rng.uniform(0.2, 0.75)
        path = np.stack([px + way * length * t, start + length * t**1.2], -1) + rng.normal(0, 1.2, (6, 2))
        half = rng.uniform(0.8, 6.0) * np.sin(np.pi * (t * 0.86 + 0.1)) + 0.2
        paper.stroke(
            path.astype(np.float32),
            half.astype(np.float32),
            ink,
            load * rng.uniform(0.7, 1.7),
            rng.uniform(0.6, 1.0),
        )


def _water(paper: Paper) -> None:
    """The lake: broad wet strokes, then dry ones across it."""
    sheet, rng = paper.sheet, paper.rng
    _, y = sheet.grid
    paper.wash(
        450 - y + 8 * sheet.noise(rng, 200, 2), INDIGO, 0.20 + 0.30 * step(470, 640, y), bleed=10, edge=0.1
    )
    for _ in range(120):
        py = 455 + 185 * rng.uniform(0, 1) ** 0.8
        near = (py - 450) / 190
        length = rng.uniform(60, 150) + 190 * near * rng.uniform(0.3, 1)
        t = np.linspace(0, 1, 9)
        px = rng.uniform(-80, WIDTH - 20)
        path = np.stack(
            [px + length * t, py + (1 + 4 * near) * np.sin(t * rng.uniform(3, 9) + rng.uniform(0, 6))], -1
        )
        half = (1 + 6.5 * near * rng.uniform(0.3, 1)) * (
            0.25 + 0.75 * np.sin(np.pi * np.clip(t + 0.05, 0, 1)) ** 0.5
        )
        ink = INDIGO if rng.uniform() < 0.6 else 0.5 * SOOT + 0.3 * INDIGO
        paper.stroke(
            path.astype(np.float32),
            half.astype(np.float32),
            ink,
            rng.uniform(0.2, 0.75),
            rng.uniform(0.5, 0.95),
        )


def _splashes(paper: Paper) -> None:
    """Ink flung from the brush: blots with drops about them, and a spatter of cinnabar."""
    x, y = paper.sheet.grid
    rng = paper.rng
    blot = paper.sheet.noise(rng, 26, 3)
    for cx, cy, size, ink, load in (
        (330, 592, 24, SOOT, 0.6), (86, 92, 26, INDIGO, 0.5), (470, 560, 13, INDIGO, 0.8),
        (392, 66, 14, SOOT, 0.5), (545, 505, 12, CINNABAR, 0.8),
    ):  # fmt: skip
        angle = np.arctan2(y - cy, x - cx)
        away = np.hypot(x - cx, y - cy)
        spikes = sum(
            rng.uniform(0.1, 0.75)
            * np.clip(np.cos(angle - rng.uniform(0, 6.28)), 0, 1) ** rng.uniform(30, 400)
            for _ in range(16)
        )
        distance = away - size * (0.7 + spikes) + 0.14 * size * blot
        for _ in range(34):
            a, r = rng.uniform(0, 2 * np.pi), size * (1.2 + rng.exponential(1.3))
            drop = size * 0.16 * rng.exponential(0.7) + 0.7
            distance = np.minimum(distance, np.hypot(x - cx - r * np.cos(a), y - cy - r * np.sin(a)) - drop)
        paper.wash(distance, ink, load, bleed=1.2, edge=0.5)


def _bamboo(paper: Paper) -> None:
    """Stalks in single strokes from joint to joint, a line of ink at each joint, leaves in clusters."""
    rng = paper.rng
    for foot, lean, half, load in (
        (36, 62, 15, 0.55),
        (128, 26, 11, 0.95),
        (716, -34, 13, 0.85),
        (672, -10, 7, 0.45),
    ):
        y, x = HEIGHT + 30.0, float(foot)
        while y > -40:
            rise = rng.uniform(84, 118)
            nx, ny = x + lean * rise / 640, y - rise
            t = np.linspace(0, 1, 7)
            path = np.stack([x + (nx - x) * t, y - 4 + (ny - y + 8) * t], -1)
            widths = half * (0.86 + 0.22 * np.abs(2 * t - 1) ** 3)
            paper.stroke(
                path.astype(np.float32), widths.astype(np.float32), SOOT, load, rng.uniform(0.45, 0.8)
            )
            joint = np.array(
                [
                    (nx - half * 1.15, ny + 3),
                    (nx - half * 0.3, ny - 2),
                    (nx + half * 0.5, ny - 2),
                    (nx + half * 1.2, ny + 4),
                ]
            )
            paper.stroke(joint.astype(np.float32), np.array([1.0, 2.4, 2.0, 0.8], np.float32), SOOT, 1.5, 0.2)
            if rng.uniform() < 0.8:
                inward = 1 if foot < 384 else -1
                _twig(paper, nx, ny, inward if rng.uniform() < 0.75 else -inward, load)
            x, y = nx, ny


def _twig(paper: Paper, x: float, y: float, way: int, load: float) -> None:
    """A twig from a joint towards `way` (1 right, −1 left), with drooping leaves swelling under the brush."""
    rng = paper.rng
    t = np.linspace(0, 1, 7)
    length = rng.uniform(50, 120)
    path = np.stack([x + way * length * t, y - length * (0.55 * t - 0.45 * t**2)], -1)
    paper.stroke(path.astype(np.float32), np.linspace(1.8, 0.8, 7).astype(np.float32), SOOT, 1.0, 0.4)
    for at in rng.uniform(0.3, 1.0, 4):
        px, py = path[int(at * 6)]
        for _ in range(3):
            angle = rng.normal(0.75, 0.42)
            size = rng.uniform(38, 84)
            bend = rng.normal(0.12, 0.12)
            s = np.linspace(0, 1, 9)
            turn = angle + bend * s * 3
            steps = np.stack([way * np.cos(turn), np.sin(turn)], -1) * size / 8
            leaf = np.array([px, py]) + np.cumsum(steps, 0)
            half = size * 0.105 * np.sin(np.pi * s**0.7) ** 0.9 * rng.uniform(0.75, 1.15) + 0.25
            tone = np.clip(rng.normal(load * 1.15, 0.3), 0.3, 1.6)
            paper.stroke(leaf.astype(np.float32), half.astype(np.float32), SOOT, tone, rng.uniform(0.1, 0.6))


def _seal(paper: Paper) -> None:
    """The painter's seal, cut in stone: strokes left white in cinnabar."""
    x, y = paper.sheet.grid
    u, v = x - 598, y - 596
    square = np.maximum(np.abs(u), np.abs(v)) - 19
    cuts = [
        np.maximum(np.abs(u) - 12, np.abs(v + 9) - 1.6),
        np.maximum(np.abs(u + 7) - 1.6, np.abs(v - 2) - 11),
    ]
    cuts += [
        np.maximum(np.abs(u - 7) - 1.6, np.abs(v - 2) - 11),
        np.maximum(np.abs(u) - 7, np.abs(v - 3) - 1.5),
    ]
    worn = 0.8 * paper.fibre
    shape = np.maximum(square + worn, -(np.minimum.reduce(cuts) + 0.5 * worn))
    stamped = paper.sheet.coverage(shape) * np.clip(0.95 + 0.2 * paper.fibre, 0.2, 1.2)
    paper.density = mix(
        paper.density, np.broadcast_to(CINNABAR * 0.75, paper.density.shape), np.clip(stamped, 0, 1)
    )
