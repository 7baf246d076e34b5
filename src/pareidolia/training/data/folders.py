"""Picture files of a folder, their labels, and which of them are kept for the test."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pareidolia.pictures.folders import SUFFIXES, list_pictures
from pareidolia.settings import PareidoliaError

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
        labels: one a path, -1 if it lies in no class's folder; None if no path lies in one.
        classes: names of the subfolders, sorted.
    """

    root: Path
    paths: tuple[Path, ...]
    labels: tuple[int, ...] | None
    classes: tuple[str, ...]


def find_files(folder: Path, split: Split) -> Files:
    """Find the pictures of a folder that belong to a split; the first folders below it are the labels.

    If there is a folder train/, the splits are its files and those of test/ (else val/, dev/). Otherwise
    about a tenth of 20 or more pictures is kept for the test, chosen by a hash of the name, so that pictures
    added later change no other picture's split.

    Args:
        folder: the folder.
        split: "train" or "test".

    Returns:
        The files.

    Raises:
        PareidoliaError: If there is no such folder, or it holds fewer than two pictures.
    """
    if not folder.is_dir():
        what = "is a file; name the folder it lies in" if folder.exists() else "does not exist"
        raise PareidoliaError(f"the folder {folder} {what}")
    train = _subfolder(folder, _TRAIN)
    if train is None:
        found = _below(folder)
        kept = (
            [path for path in found if _is_kept(path, folder)] if len(found) >= _ENOUGH_TO_KEEP_SOME else []
        )
        chosen = kept if split == "test" else [path for path in found if path not in set(kept)]
        root, classes = folder, _classes(folder, found)
    else:
        root = train if split == "train" else _subfolder(folder, _TEST) or folder / _TEST[0]
        if not root.is_dir():
            raise PareidoliaError(f"{folder} has {train.name}/ but none of {'/ '.join(_TEST)}/ to test on")
        chosen, classes = _below(root), _classes(train, _below(train))
    if len(chosen) < 2:
        count = "only one picture" if chosen else "no pictures"
        kinds = " ".join(sorted(SUFFIXES))
        why = "there is nothing to learn from" if split == "train" else "nothing was kept to test on"
        raise PareidoliaError(f"{root} holds {count} ({kinds}) for the {split} split: {why}")
    numbers = {name: number for number, name in enumerate(classes)}
    labels = tuple(numbers.get(_class(path, root), -1) for path in chosen) if classes else None
    return Files(root, tuple(chosen), labels, classes)


def _below(folder: Path) -> list[Path]:
    return [folder / name for name, _ in list_pictures(folder)]


def _subfolder(folder: Path, names: tuple[str, ...]) -> Path | None:
    present = {path.name.lower(): path for path in sorted(folder.iterdir()) if path.is_dir()}
    return next((present[name] for name in names if name in present), None)


def _class(path: Path, root: Path) -> str:
    """Name of the folder directly below `root` that holds `path`; "" if there is none."""
    parts = path.relative_to(root).parts
    return parts[0] if len(parts) > 1 else ""


def _classes(root: Path, paths: list[Path]) -> tuple[str, ...]:
    return tuple(sorted({_class(path, root) for path in paths} - {""}))


def _is_kept(path: Path, root: Path) -> bool:
    name = path.relative_to(root).as_posix().encode()
    return hashlib.blake2b(name, digest_size=8).digest()[0] < 26
