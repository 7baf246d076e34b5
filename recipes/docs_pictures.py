"""Paint the pictures that the README shows: `python recipes/docs_pictures.py [--out docs/pictures]`."""

import argparse
from pathlib import Path

from pareidolia.pictures import open_picture, save_picture
from pareidolia.style import StyleSettings, StyleTransfer

PHOTO = "sample:chelsea"
PAINTINGS = ("strokes", "waves", "mosaic", "ink", "rectangles")


def main() -> None:
    """Save the photo and its paintings, 512 pixels wide."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    folder = parser.parse_args().out
    folder.mkdir(parents=True, exist_ok=True)
    save_picture(open_picture(PHOTO, size=512), folder / "photo.jpg", overwrite=True)
    for name in PAINTINGS:
        painting = StyleTransfer(PHOTO, [f"sample:{name}"], StyleSettings(size=512))
        for _ in painting:
            pass
        save_picture(painting.picture, folder / f"{name}.jpg", overwrite=True)
        print(folder / f"{name}.jpg", flush=True)


if __name__ == "__main__":
    main()
