"""Pictures that are computed, the same everywhere, as files: what golden figures of judges are of."""

from pathlib import Path

import numpy as np
from PIL import Image


def save_pictures(folder: Path) -> tuple[Path, Path, Path]:
    """A painted picture, the photo that it shows, and the painting, as PNG files of different sizes."""
    rows, columns = np.mgrid[0:90, 0:120] / 120
    disc = ((rows - 0.4) ** 2 + (columns - 0.5) ** 2 < 0.06)[..., None]
    photo = np.where(disc, [200, 80, 60], np.stack([60 + 90 * rows, 90 + 80 * columns, 140 - 60 * rows], -1))
    y, x = np.mgrid[0:100, 0:80]
    painting = np.stack([128 + 100 * np.sin((x + y) / 5), 128 + 90 * np.sin((x - y) / 7), 40 + x + y], -1)
    noise = np.random.RandomState(0).uniform(-30, 30, photo.shape)
    waves = 50 * np.sin((120 * rows + 120 * columns) / 5)[..., None]
    files = []
    for name, pixels in (("out", photo + waves + noise), ("photo", photo), ("painting", painting)):
        files.append(folder / f"{name}.png")
        Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(files[-1])
    return files[0], files[1], files[2]
