"""Make the pictures of README and docs: `python -m recipes.docs_pictures [NAME ...] [--out FOLDER]`."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import torch
from benchmarks.pictures import photo_folder
from torch import Tensor

from pareidolia.generative.looking import sample_sheet
from pareidolia.generative.looking.settings import SampleSettings
from pareidolia.inspection.patches import PatchesSettings, StrongestPatches
from pareidolia.pictures import open_picture, resize_picture, save_picture, sheet
from pareidolia.pictures.files import to_image
from pareidolia.style import StyleSettings, StyleTransfer
from pareidolia.style.brush import load_brush

PHOTO = "sample:chelsea"
PAINTINGS = ("strokes", "waves", "mosaic", "ink", "rectangles")
BRUSHED = ("chelsea", "china", "coffee", "flower")
UNITS = ("15", "17", "21", "34", "80", "88")
OF_MNIST = ("mnist-vae", "mnist-vae-32", "mnist-aae", "mnist-gan", "mnist-flow")
FACES = {"samples/faces-gan.jpg": 64, "faces.jpg": 16}
PATCHES = PatchesSettings(layer="stage4.relu2", units=UNITS, steps=192, columns=2)


def style(folder: Path) -> None:
    """The photo and its paintings, 512 pixels wide."""
    save_picture(open_picture(PHOTO, size=512), folder / "photo.jpg", overwrite=True)
    for name in PAINTINGS:
        painting = StyleTransfer(PHOTO, [f"sample:{name}"], StyleSettings(size=512))
        for _ in painting:
            pass
        save_picture(painting.picture, folder / f"{name}.jpg", overwrite=True)


def patches(folder: Path) -> None:
    """Strongest patches of some units in the sample photos, each cut into six so that there are enough."""
    with photo_folder(None) as photos, TemporaryDirectory() as index:
        found = StrongestPatches(photos, PATCHES, index=Path(index))
        for _ in found:
            pass
        save_picture(found.picture, folder / "patches.jpg", overwrite=True)


def brush(folder: Path) -> None:
    """Four photos by six styles in one pass each; the last column blends two paintings."""
    columns = [*((name,) for name in PAINTINGS), ("strokes", "rectangles")]
    painter = load_brush("cpu")
    cells = [(torch.ones(1, 3, 4, 6), ""), *((_half_of_each(names), "") for names in columns)]
    for photo in BRUSHED:
        shown = open_picture(f"sample:{photo}", size=448)
        painted = [painter.paint(shown, [f"sample:{name}" for name in names]) for names in columns]
        cells += [(_cell(picture), "") for picture in (shown, *painted)]
    save_picture(sheet(cells, 1 + len(columns)), folder / "brush.jpg", overwrite=True)


def samples(folder: Path) -> None:
    """64 samples of the shipped models of MNIST and of faces, and 16 faces for README, not chosen."""
    (folder / "samples").mkdir(exist_ok=True)
    for name in OF_MNIST:
        drawn = sample_sheet(name, SampleSettings(count=64, columns=8)).picture
        save_picture(drawn, folder / "samples" / f"{name}.png", overwrite=True)
    for file, count in FACES.items():
        faces = sample_sheet("faces-gan", SampleSettings(count=count, columns=8)).picture
        to_image(faces).convert("RGB").save(folder / file, quality=88, optimize=True, progressive=True)


def _half_of_each(names: Sequence[str]) -> Tensor:
    """The paintings side by side, each its own share of the width, as a cell."""
    shown = [_cell(open_picture(f"sample:{name}")) for name in names]
    width = shown[0].shape[-1] // len(shown)
    return torch.cat([each[..., :width] for each in shown], dim=-1)


def _cell(picture: Tensor) -> Tensor:
    """The middle of a picture at 3:2, 288 pixels wide."""
    height, width = picture.shape[-2:]
    tall, wide = min(height, round(width * 2 / 3)), min(width, round(height * 3 / 2))
    top, left = (height - tall) // 2, (width - wide) // 2
    return resize_picture(picture[..., top : top + tall, left : left + wide], (192, 288))


FIGURES: dict[str, Callable[[Path], None]] = {
    "style": style,
    "patches": patches,
    "brush": brush,
    "samples": samples,
}


def main() -> None:
    """Make the figures that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", help=f"of {', '.join(FIGURES)}; all unless named")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name in options.names or FIGURES:
        FIGURES[name](options.out)
        print(name, flush=True)


if __name__ == "__main__":
    main()
