"""The photos and paintings that comparisons take: a folder's, or those of the package and of scikit-image."""

import argparse
from pathlib import Path

from pareidolia.pictures.samples import PHOTOS, sample_names

Named = Path | str
_SUFFIXES = (".jpg", ".jpeg", ".png")


def add_pictures(parser: argparse.ArgumentParser) -> None:
    """The option that names a folder of pictures."""
    parser.add_argument(
        "--pictures",
        type=Path,
        help="a folder with photos/ and paintings/ (default: the sample pictures of pareidolia[samples])",
    )


def photos(folder: Path | None) -> list[Named]:
    """The photos in `folder`/photos, else the sample photos, as `open_picture` takes them."""
    return [f"sample:{name}" for name in PHOTOS] if folder is None else files_of(folder / "photos")


def paintings(folder: Path | None) -> list[Named]:
    """The paintings in `folder`/paintings, else those of the package, as `open_picture` takes them."""
    if folder is None:
        return [f"sample:{name}" for name in sample_names() if name not in PHOTOS]
    return files_of(folder / "paintings")


def files_of(folder: Path) -> list[Named]:
    """The pictures of a folder, by name."""
    found: list[Named] = sorted(path for path in folder.glob("*") if path.suffix.lower() in _SUFFIXES)
    if not found:
        raise SystemExit(f"{folder} holds no pictures")
    return found


def name_of(picture: Named) -> str:
    """What tables and files call it."""
    return Path(picture).stem.removeprefix("sample:")
