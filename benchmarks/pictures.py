"""The photos and paintings that comparisons take: a folder's, or those of the package and of scikit-image."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from pareidolia.pictures import open_picture, save_picture
from pareidolia.pictures.samples import PHOTOS, sample_names

Named = Path | str
_SUFFIXES = (".jpg", ".jpeg", ".png")


def add_pictures(parser: argparse.ArgumentParser) -> None:
    """The option that names a folder of pictures."""
    parser.add_argument(
        "--pictures",
        type=Path,
        help="a folder with photos/ and paintings/ (default: the sample pictures of pareidolia-nn[samples])",
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


@contextmanager
def photo_folder(folder: Path | None) -> Iterator[Path]:
    """A folder of photos for what collects: the one named, else the sample photos, each cut into six."""
    if folder is not None:
        yield folder
        return
    with TemporaryDirectory() as made:
        for name in PHOTOS:
            photo = open_picture(f"sample:{name}")
            height, width = photo.shape[-2] // 2, photo.shape[-1] // 3
            for part in range(6):
                down, right = divmod(part, 3)
                rows, columns = slice(down * height, None), slice(right * width, None)
                piece = photo[..., rows, columns][..., :height, :width]
                save_picture(piece, Path(made) / f"{name}{part}.png")
        yield Path(made)


def name_of(picture: Named) -> str:
    """What tables and files call it."""
    return Path(picture).stem.removeprefix("sample:")
