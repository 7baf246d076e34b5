"""Picture files of a folder, their labels, and which of them are kept for the test."""

import hashlib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pareidolia.pictures.folders import SUFFIXES, list_pictures, sample_of
from pareidolia.settings import BadData

Split = Literal["train", "test"]
_TRAIN = ("train", "training")
_TEST = ("test", "testing", "val", "valid", "validation", "dev")
_ENOUGH_TO_KEEP_SOME = 20


@dataclass(frozen=True)
class Files:
    """Picture files of one split.

    Attributes:
        root: the folder their names are relative to.
        paths: sorted.
        labels: one a path, -1 where it lies in no class's folder; None where no path lies in one.
        classes: names of the subfolders, sorted.
        left_out: what the folder holds besides, in words.
    """

    root: Path
    paths: tuple[Path, ...]
    labels: tuple[int, ...] | None
    classes: tuple[str, ...]
    left_out: tuple[str, ...] = ()

    @property
    def digest(self) -> str:
        """A hash of the files' names from `root`, sizes and some bytes, the same wherever the folder lies."""
        digest = hashlib.sha256()
        for path in self.paths:
            name = unicodedata.normalize("NFC", path.relative_to(self.root).as_posix())
            size = size_in_bytes(path)
            digest.update(f"{name}\0{size}\0".encode("utf-8", "surrogateescape"))
            digest.update(sample_of(path, size))
        return digest.hexdigest()[:16]


def find_files(folder: Path, split: Split) -> Files:
    """The pictures of `folder` that belong to `split`; the first folders below it are the labels.

    Where there is a folder train/ beside test/ (else val/, dev/), or train/ alone, these are the splits, and
    what else the folder holds is left out. Elsewhere, also where train/ lies among other classes, about a
    tenth of 20 or more pictures is kept for the test, chosen by a hash of the name, so that pictures added
    later move none.

    Args:
        folder: the folder.
        split: "train" or "test".

    Returns:
        The files.

    Raises:
        PareidoliaError: there is no folder, or it holds fewer than two pictures.
    """
    if not folder.is_dir():
        what = "is a file; name the folder it lies in" if folder.exists() else "does not exist"
        raise BadData(f"the folder {folder} {what}")
    listed = list_pictures(folder)
    found = [folder / name for name in listed.names]
    splits = _split_folders(folder, found)
    left_out: tuple[str, ...] = listed.notes
    if splits is None:
        kept = {path for path in found if len(found) >= _ENOUGH_TO_KEEP_SOME and _is_kept(path, folder)}
        root, classes = folder, _classes(folder, found)
        chosen = [path for path in found if (path in kept) == (split == "test")]
    else:
        root, train = splits[split], splits["train"]
        classes = _classes(train, [path for path in found if path.is_relative_to(train)])
        chosen = [path for path in found if path.is_relative_to(root)]
        left_out = (*left_out, *_left_out(found, folder, splits))
    if len(chosen) < 2:
        raise _too_few(chosen, root, split)
    numbers = {name: number for number, name in enumerate(classes)}
    labels = tuple(numbers.get(_class(path, root), -1) for path in chosen) if classes else None
    return Files(root, tuple(chosen), labels, classes, left_out)


def _split_folders(folder: Path, found: list[Path]) -> dict[Split, Path] | None:
    """The folders of the splits, "test" which need not be there; None if labels are meant."""
    inside = {_class(path, folder) for path in found}
    train, test = _first_of(_TRAIN, inside), _first_of(_TEST, inside)
    if train is None or (test is None and inside - {train, ""}):
        return None
    return {"train": folder / train, "test": folder / (test or _TEST[0])}


def _too_few(chosen: list[Path], root: Path, split: Split) -> BadData:
    if not root.is_dir():
        return BadData(f"{root.parent} has train/ but none of {'/ '.join(_TEST)}/ to test on")
    count = "only one picture" if chosen else "no pictures"
    kinds = " ".join(sorted(SUFFIXES))
    why = "there is nothing to learn from" if split == "train" else "nothing was kept to test on"
    return BadData(f"{root} holds {count} ({kinds}) for the {split} split: {why}")


def _first_of(names: tuple[str, ...], present: Iterable[str]) -> str | None:
    """The folder among those present that has the first of these names, in whatever case of letters."""
    by_name = {name.lower(): name for name in sorted(present)}
    return next((by_name[name] for name in names if name in by_name), None)


def _left_out(found: list[Path], folder: Path, splits: dict[Split, Path]) -> tuple[str, ...]:
    """What lies beside the folders of the splits, in words."""
    names = sorted(path.name for path in splits.values() if path.is_dir())
    others = [name for name in (_class(path, folder) for path in found) if name not in names]
    return tuple(
        f"{folder / name if name else f'beside the folders in {folder}'}: {others.count(name)} pictures, "
        f"as {' and '.join(names)} are what is learned from and tested on"
        for name in sorted(set(others))
    )


def _class(path: Path, root: Path) -> str:
    """Name of the folder directly below `root` that holds `path`; "" if there is none."""
    parts = path.relative_to(root).parts
    return parts[0] if len(parts) > 1 else ""


def _classes(root: Path, paths: list[Path]) -> tuple[str, ...]:
    return tuple(sorted({_class(path, root) for path in paths} - {""}))


def _is_kept(path: Path, root: Path) -> bool:
    return in_test(path.relative_to(root).as_posix().encode("utf-8", "surrogateescape"))


def in_test(content: bytes) -> bool:
    """Whether the picture with this name, or these bytes, is of the tenth that is kept for the test."""
    return hashlib.blake2b(content, digest_size=8).digest()[0] < 26


def size_in_bytes(path: Path) -> int:
    """A file's size; a link that leads nowhere has 0, and is refused when it is opened."""
    try:
        return path.stat().st_size
    except OSError:
        return 0
