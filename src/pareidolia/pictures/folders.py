"""The pictures of a folder: found once, in an order that is the same everywhere."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath
from typing import Any

from pareidolia.pictures.ownership import is_result
from pareidolia.safety import named_from, require_file, whole
from pareidolia.settings import BadPicture, PareidoliaError, check_kind
from pareidolia.settings.installing import install_line

SUFFIXES = frozenset(
    (".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".mpo", ".png", ".tif", ".tiff", ".webp", ".jpe", ".jfif")
)


_PLUGIN_SUFFIXES = {".heic": "HEIF", ".heif": "HEIF", ".hif": "HEIF", ".jxl": "JXL"}
# Pictures and videos by their names, which are not read, or not among pictures.
_OTHERS = frozenset(
    [
        ".arw",
        ".avi",
        ".cr2",
        ".cr3",
        ".dng",
        ".jp2",
        ".kra",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".nef",
        ".orf",
        ".pdf",
        ".psd",
        ".raf",
        ".rw2",
        ".svg",
        ".webm",
        ".wmv",
        ".xcf",
    ]
)
_MOST_NAMED = 5
_SAMPLED = 4096


@dataclass(frozen=True)
class PictureFiles:
    """The picture files below a folder, in a fixed order.

    A file's number is its place in the order; ties between activations break by it.

    Attributes:
        folder: the folder.
        names: paths from there with `/`, sorted.
        sizes: in bytes.
        left_out: names of the pictures and videos there that are not read.
        source: the tar, table or place in a store that the folder was made of; "" where it is a folder.
    """

    folder: Path
    names: Sequence[str]
    sizes: Sequence[int]
    left_out: Sequence[str] = ()
    source: str = ""

    def __len__(self) -> int:
        return len(self.names)

    def path(self, number: int) -> Path:
        """The path of the picture of that number."""
        return self.folder / self.names[number]

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names, sizes and some of the bytes, to recognise the same files wherever they lie."""
        digest = hashlib.sha256()
        for number, (name, size) in enumerate(zip(self.names, self.sizes, strict=True)):
            digest.update(f"{name}\0{size}\0".encode("utf-8", "surrogateescape"))
            digest.update(sample_of(self.path(number), size))
        return digest.hexdigest()

    @property
    def notes(self) -> tuple[str, ...]:
        """A line about what is left out, if anything is."""
        if not self.left_out:
            return ()
        total = len(self.names) + len(self.left_out)
        return (f"{len(self.left_out)} of {total} left out: {_listed(self.left_out)}",)


def find_pictures(folder: str | Path) -> PictureFiles:
    """Find the picture files in a folder and its subfolders, by their suffixes; hidden ones are left out.

    Results are left out too, so that what was made of a folder's pictures and written into it is not worked
    on the next time (see `list_pictures`).

    Args:
        folder: the folder; or a tar, a table or a place in a store, of which a folder is made
            (`staging.py`).

    Returns:
        The files.

    Raises:
        BadPicture: If there is no such folder or no picture in it.
    """
    from pareidolia.pictures.staging import is_staged, source_of, staged  # it asks what a picture is

    check_kind(folder, (str, os.PathLike), "the folder of pictures is to be text or a Path")
    source = source_of(str(folder)) if is_staged(str(folder)) else ""
    root = staged(str(folder)) if source else Path(folder)
    if not root.is_dir():
        raise BadPicture(
            f"'{folder}' is {'a file' if root.exists() else 'not there'}: name a folder of pictures"
        )
    found = list_pictures(root)
    if not found.names:
        others = f"; there is {_listed(found.left_out)}" if found.left_out else ""
        raise BadPicture(f"there is no picture in '{folder}' ({' '.join(sorted(SUFFIXES))}){others}")
    return replace(found, source=source)


def list_pictures(folder: Path) -> PictureFiles:
    """Picture files in a folder and its subfolders, sorted by their names; there may be none.

    Passed over are subfolders that are results (runs, atlases, indexes, tours, ... by their marks), and
    pictures that were made, by their record, where they lie from something in this folder. A result
    that was made elsewhere and put here counts, as does all in a folder that is named itself.
    """
    found, others = [], []
    plugins: dict[str, bool] = {}
    for name, size in _below(str(folder), ""):
        suffix = PurePath(name).suffix.lower()
        if suffix in _PLUGIN_SUFFIXES and suffix not in plugins:
            plugins[suffix] = _is_readable(_PLUGIN_SUFFIXES[suffix])
        if suffix not in SUFFIXES and not plugins.get(suffix):
            others.append(name)
        elif not _is_made_of(folder, folder / name):
            found.append((name, size))
    found.sort(key=lambda entry: _order(entry[0]))
    names, sizes = tuple(name for name, _ in found), tuple(size for _, size in found)
    return PictureFiles(folder, names, sizes, tuple(sorted(others, key=_order)))


def sample_of(path: Path, size: int) -> bytes:
    """Some bytes of a file of that size: its beginning, middle and end; none where it cannot be read."""
    try:
        with require_file(path).open("rb") as file:
            sample = file.read(_SAMPLED)
            for place in (size // 2, size - _SAMPLED):
                if place >= _SAMPLED:
                    file.seek(place)
                    sample += file.read(_SAMPLED)
    except (PareidoliaError, OSError):
        return b""
    return sample


def _order(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _listed(names: Sequence[str]) -> str:
    """The first few names; of what an iPhone takes also what to do about it."""
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    heic = any(_PLUGIN_SUFFIXES.get(PurePath(name).suffix.lower()) == "HEIF" for name in names)
    advice = f" (HEIC: export as JPEG, or {install_line('heic')})" if heic else ""
    return f"{', '.join(names[:_MOST_NAMED])}{more}{advice}"


def _is_readable(form: str) -> bool:
    from pareidolia.pictures.reading import readable_formats  # Pillow, as above

    return form in readable_formats()


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
    """The pictures and videos below a folder; links are followed, but none back to a folder above."""
    known = SUFFIXES | _OTHERS | _PLUGIN_SUFFIXES.keys()
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
                    if _is_folder(entry):
                        waiting.append((entry.path, f"{name}/", above | {own}))
                    elif PurePath(entry.name).suffix.lower() in known:
                        yield name, _bytes(entry)
        except OSError as error:
            raise PareidoliaError(f"cannot read the folder '{folder}': {error.strerror or error}") from error


def _is_folder(entry: "os.DirEntry[str]") -> bool:
    """Whether it is one; a link that leads round is none, and is reported when it is opened."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def _identity(status: os.stat_result) -> tuple[int, int]:
    return status.st_dev, status.st_ino


def _bytes(entry: "os.DirEntry[str]") -> int:
    """Its size; a broken link counts as 0 and is reported when it is opened."""
    try:
        return entry.stat().st_size
    except OSError:
        return 0
