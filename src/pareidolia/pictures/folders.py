"""The pictures of a folder: found once, in an order that is the same everywhere."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

from pareidolia.pictures.ownership import is_result
from pareidolia.safety import named_from, whole
from pareidolia.settings import BadPicture, PareidoliaError

SUFFIXES = frozenset(
    (".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".mpo", ".png", ".tif", ".tiff", ".webp", ".jpe", ".jfif")
)


@dataclass(frozen=True)
class PictureFiles:
    """The picture files below a folder, in a fixed order.

    A file's number is its place in the order; ties between activations break by it.

    Attributes:
        folder: the folder.
        names: paths from there with `/`, sorted.
        sizes: in bytes.
    """

    folder: Path
    names: Sequence[str]
    sizes: Sequence[int]

    def __len__(self) -> int:
        return len(self.names)

    def path(self, number: int) -> Path:
        """The path of the picture of that number."""
        return self.folder / self.names[number]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names and sizes, to recognise the same files. Nothing is opened."""
        digest = hashlib.sha256()
        for name, size in zip(self.names, self.sizes, strict=True):
            digest.update(f"{name}\0{size}\0".encode("utf-8", "surrogateescape"))
        return digest.hexdigest()


def find_pictures(folder: str | Path) -> PictureFiles:
    """Find the picture files in a folder and its subfolders, by their suffixes; hidden ones are left out.

    Results are left out too, so that what was made of a folder's pictures and written into it is not worked
    on the next time (see `list_pictures`).

    Args:
        folder: the folder.

    Returns:
        The files.

    Raises:
        BadPicture: If there is no such folder or no picture in it.
    """
    root = Path(folder)
    if not root.is_dir():
        raise BadPicture(
            f"'{folder}' is {'a file' if root.exists() else 'not there'}: name a folder of pictures"
        )
    found = list_pictures(root)
    if not found:
        raise BadPicture(f"there is no picture in '{folder}' ({' '.join(sorted(SUFFIXES))})")
    names, sizes = zip(*found, strict=True)
    return PictureFiles(root, names, sizes)


def list_pictures(folder: Path) -> list[tuple[str, int]]:
    """Name (from the folder, with `/`) and bytes of each picture file in it and its subfolders, sorted.

    Passed over are subfolders that are results (runs, atlases, indexes, tours, ... by their marks), and
    pictures whose record says that they were made, where they lie, from something in this folder. A result
    that was made elsewhere and put here counts, as does all in a folder that is named itself.
    """
    found = _below(str(folder), "")
    photos = [entry for entry in found if not _is_made_of(folder, folder / entry[0])]
    return sorted(photos, key=lambda entry: entry[0].encode("utf-8", "surrogateescape"))


def _is_made_of(root: Path, picture: Path) -> bool:
    """Whether the picture lies where it was made, and was made of the folder `root` or what is in it."""
    from pareidolia.pictures.records import record_of  # Pillow, which the command line's help does without

    record = record_of(picture)
    inputs = None if record is None else record.get("inputs")
    if not isinstance(inputs, dict):
        return False
    top, home = whole(root), whole(picture.parent)
    for path in _named(inputs):
        source = whole(home / path)
        # A picture that was moved since names its source by another way than the one from here.
        if source.exists() and source.is_relative_to(top) and named_from(home, source) == path:
            return True
    return False


def _named(inputs: dict[str, Any]) -> Iterator[str]:
    for entries in inputs.values():
        for entry in entries if isinstance(entries, list) else [entries]:
            if isinstance(entry, dict) and "sha256" in entry and isinstance(entry.get("path"), str):
                yield entry["path"]


def _below(folder: str, prefix: str) -> Iterator[tuple[str, int]]:
    """The pictures in a folder and those below it; links are followed, but none back to a folder above."""
    waiting: list[tuple[str, str, frozenset[tuple[int, int]]]] = [(folder, prefix, frozenset())]
    while waiting:
        folder, prefix, above = waiting.pop()
        try:
            own = _identity(Path(folder).stat())
            if own in above or (above and is_result(Path(folder))):
                continue
            with os.scandir(folder) as entries:
                for entry in entries:
                    name = prefix + entry.name
                    if entry.name.startswith("."):
                        continue
                    if entry.is_dir():
                        waiting.append((entry.path, f"{name}/", above | {own}))
                    elif PurePath(entry.name).suffix.lower() in SUFFIXES:
                        yield name, _bytes(entry)
        except OSError as error:
            raise PareidoliaError(f"cannot read the folder '{folder}': {error.strerror or error}") from error


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _bytes(entry: "os.DirEntry[str]") -> int:
    """Its size; a broken link counts as 0 and is reported when it is opened."""
    try:
        return entry.stat().st_size
    except OSError:
        return 0
