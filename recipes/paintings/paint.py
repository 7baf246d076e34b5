"""Paint the style pictures the package ships: `python recipes/paintings/paint.py --out FOLDER`.

Each is painted by its own file here from a seed, at twice its size, then scaled down; no picture goes in.
The shipped ones are made with `--out src/pareidolia/pictures/paintings`. Needs NumPy, SciPy and Pillow.
"""

import argparse
from pathlib import Path

import ink
import mosaic
import numpy as np
import rectangles
import strokes
import waves
from PIL import Image
from sheet import WIDTH, Sheet

PAINTINGS = {
    "strokes": strokes.paint,
    "waves": waves.paint,
    "mosaic": mosaic.paint,
    "rectangles": rectangles.paint,
    "ink": ink.paint,
}
SUPERSAMPLING = 2


def paint(name: str, size: int, seed: int) -> Image.Image:
    """The named painting, `size` pixels wide and five sixths as high."""
    sheet = Sheet(SUPERSAMPLING * size / WIDTH)
    color = PAINTINGS[name](sheet, np.random.default_rng(seed))
    large = Image.fromarray((np.clip(color, 0, 1) * 255 + 0.5).astype(np.uint8))
    return large.resize((size, round(size * 5 / 6)), Image.Resampling.LANCZOS)


def main() -> None:
    """Read the command line and paint."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help="which to paint; all where none is named")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write NAME.jpg into")
    parser.add_argument("--size", type=int, default=WIDTH, help="width in pixels")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--quality", type=int, default=85, help="of the JPEG files")
    options = parser.parse_args()
    if unknown := set(options.names) - set(PAINTINGS):
        parser.error(f"no painting {', '.join(sorted(unknown))}; there are {', '.join(PAINTINGS)}")
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or PAINTINGS:
        path = options.out / f"{name}.jpg"
        paint(name, options.size, options.seed).save(path, quality=options.quality, optimize=True)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
