"""Make the pictures of README and docs: `python recipes/docs_pictures.py [NAME ...] [--out FOLDER]`."""

import argparse
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from pareidolia.inspection.patches import PatchesSettings, StrongestPatches
from pareidolia.pictures import open_picture, save_picture
from pareidolia.pictures.samples import PHOTOS
from pareidolia.style import StyleSettings, StyleTransfer

PHOTO = "sample:chelsea"
PAINTINGS = ("strokes", "waves", "mosaic", "ink", "rectangles")
UNITS = ("10", "13", "24", "37", "52", "71")
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
    with TemporaryDirectory() as work:
        for name in PHOTOS:
            photo = open_picture(f"sample:{name}")
            height, width = photo.shape[-2] // 2, photo.shape[-1] // 3
            for part in range(6):
                down, right = divmod(part, 3)
                piece = photo[..., down * height : (down + 1) * height, right * width : (right + 1) * width]
                save_picture(piece, Path(work) / f"{name}{part}.png")
        found = StrongestPatches(work, PATCHES, index=Path(work) / ".index")
        for _ in found:
            pass
        save_picture(found.picture, folder / "patches.jpg", overwrite=True)


FIGURES: dict[str, Callable[[Path], None]] = {"style": style, "patches": patches}


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
