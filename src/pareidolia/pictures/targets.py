"""Writing files: whole or not at all, and never over an existing file unless `overwrite` is given."""

import glob
import os
import secrets
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from pareidolia.pictures.naming import shortened
from pareidolia.settings import BadTarget

FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}
"""Pillow's name of the format that each suffix of a written picture stands for."""

LEFTOVERS = ".pareidolia-*.part"
"""The names of what killed processes left half-written; for one target, see `remove_leftovers`."""

_NAME_BYTES = 100
_MOST_NAME_BYTES = 255


def check_target(path: str | Path, overwrite: bool = False, suffixes: Collection[str] = FORMATS) -> None:
    """Check before the work that a picture can be written; leaves nothing behind.

    Args:
        path: the file.
        overwrite: whether an existing file may be replaced.
        suffixes: those allowed; by default those of pictures.

    Raises:
        PareidoliaError: If the suffix is none of `suffixes`, the path is a folder, the file exists and
            `overwrite` is False, or its folder is missing or cannot be written to.
    """
    path = Path(path)
    if path.suffix.lower() not in suffixes:
        raise BadTarget(f"cannot save to '{path}': its name must end in one of {' '.join(suffixes)}")
    with _writing(path):
        if path.is_dir():
            raise BadTarget(f"cannot save to '{path}': it is a folder; name a file")
        if not overwrite:
            _refuse_existing(path)
        folder = path.resolve().parent
        if not folder.is_dir():
            raise BadTarget(f"cannot save to '{path}': there is no folder '{folder}'; make it first")
        # Only trying shows it: permission bits do not cover root, access lists or read-only disks.
        probe = _part_of(path)
        probe.touch(exist_ok=False)
        probe.unlink()


def make_folder(folder: Path) -> None:
    """Make the folder that results go to, if it is not there; its parents too.

    Args:
        folder: the folder.

    Raises:
        PareidoliaError: If the system refuses, or the path is a file.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadTarget(f"cannot make the folder '{folder}': {error.strerror or error}") from error


@contextmanager
def write_atomically(path: str | Path, *, overwrite: bool = True) -> Iterator[BinaryIO]:
    """Open a binary file to write (and seek) in; it becomes `path` when the block ends without an error.

    The bytes are written to a file beside `path`, reach the disk (fsync), and take the name by one rename, so
    that no reader ever sees half a file; an error or Ctrl-C leaves `path` untouched and no other file. A
    symbolic link is followed; permissions are those of a newly made file (umask).

    Args:
        path: the file.
        overwrite: whether a file that is there by the end of the block is replaced.

    Yields:
        The open file.

    Raises:
        PareidoliaError: If the system refuses to write (no permission, disk full, no such folder), an OSError
            in the block counting as that; or a file is there that may not be replaced.
    """
    target = Path(path)
    with _writing(target):
        part = _part_of(target)
        try:
            with part.open("x+b") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            if not overwrite:
                _refuse_existing(target)
            part.replace(target.resolve())
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, whole or not at all."""
    with write_atomically(path) as file:
        file.write(text.encode())


def beside(out: Path, ending: str) -> Path:
    """Where what belongs to the result `out` lies: the same name with one more ending, if need be cut."""
    return out.parent / f"{shortened(out.name, _MOST_NAME_BYTES - len(ending))}{ending}"


def remove_leftovers(path: str | Path) -> None:
    """Delete the partly written file of a process that was killed while it wrote `path`."""
    target = Path(path).resolve()
    for part in target.parent.glob(f".pareidolia-{glob.escape(shortened(target.name, _NAME_BYTES))}-*.part"):
        part.unlink(missing_ok=True)


def clear_leftovers(folder: str | Path) -> None:
    """Delete what killed processes left in `folder`; nobody else may be writing there."""
    for part in Path(folder).glob(".pareidolia-*.part"):
        part.unlink(missing_ok=True)


def _refuse_existing(path: Path) -> None:
    if path.exists():
        raise BadTarget(
            f"'{path}' exists already: choose another name, or overwrite it (--overwrite, in Python "
            "overwrite=True)"
        )


def _part_of(path: Path) -> Path:
    """A name nobody uses in the folder that `path` (links followed) is in."""
    target = path.resolve()
    return target.parent / f".pareidolia-{shortened(target.name, _NAME_BYTES)}-{secrets.token_hex(6)}.part"


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    """Turn the system's errors into one clear line."""
    try:
        yield
    except OSError as error:
        raise BadTarget(f"cannot write '{path}': {error.strerror or error}") from error
