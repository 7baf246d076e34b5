"""Which folders and files are Pareidolia's own: only these are replaced, cleared away or passed over.

Every operation that writes a folder leaves a mark in it, a small file that no other program writes. One of
the kinds below defines its mark and the files it writes. `claim` checks a folder before the work,
`clear` removes what an earlier result left there, file by file; what else lies there stays.
"""

import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pareidolia.safety import require_file
from pareidolia.settings import BadTarget, PareidoliaError

KEY = "pareidolia"
"""Under which a mark holds the version that wrote it, and a picture its record."""

ATLAS_FORMAT: Literal["pareidolia-atlas"] = "pareidolia-atlas"
MICROSCOPE_FORMAT: Literal["pareidolia-microscope"] = "pareidolia-microscope"
CONCEPTS_FORMAT = "pareidolia-concepts"
MICROSCOPE_MARK = '<meta name="generator" content="pareidolia microscope">'
PAGE_MARK = '<meta name="generator" content="pareidolia tour">'

_MOST_MARK_BYTES = 50_000_000
# What systems put into folders by themselves, and what a killed process of ours left.
_PART = r"(.*/)?\.pareidolia-[^/]*\.part"
_LOCK = r"\.lock|\.pareidolia-.*\.lock"
_LITTER = re.compile(rf"{_LOCK}|\.DS_Store|Thumbs\.db|desktop\.ini|\._.*|\.directory|{_PART}", re.I)


@dataclass(frozen=True)
class Kind:
    """A kind of folder that is a result.

    Attributes:
        noun: in messages, "a run".
        is_ours: whether the folder carries the mark.
        files: regular expressions of what is written, paths from the folder with "/"; the mark is the last.
        has_written: of a file with such a name, whether it is ours indeed.
    """

    noun: str
    is_ours: Callable[[Path], bool]
    files: tuple[str, ...] = ()
    has_written: Callable[[Path], bool] = lambda path: True


def claim(folder: Path, kind: Kind) -> None:
    """Find out before the work whether a result of `kind` may go to `folder`; nothing is changed.

    Args:
        folder: where the result goes.
        kind: of the result.

    Raises:
        PareidoliaError: If the path is a file, or the folder holds other things than a result of that kind.
    """
    if folder.exists() and not folder.is_dir():
        raise BadTarget(f"'{folder}' is a file: name a folder for {kind.noun}")
    if not is_empty(folder) and not kind.is_ours(folder):
        raise BadTarget(f"{folder} holds other things than {kind.noun}: name another folder")


def clear(folder: Path, kind: Kind, keep: Collection[str] = ()) -> None:
    """Remove what a result of `kind` wrote into `folder`, where the folder carries its mark or is empty.

    Links are not followed, and folders are removed only once they are empty; other files stay.

    Args:
        folder: of the result.
        kind: what it is.
        keep: names of files that stay, such as the mark of a folder that is to be used again.
    """
    if folder.is_symlink() or not folder.is_dir():
        return
    if not keep:  # a process may have died between its last file and the folder itself
        _remove_empty(folder, folder)
    if not kind.is_ours(folder):
        return
    # The mark goes last: a folder that is cleared half, by a killed process, can be cleared again.
    for pattern in (_PART, *kind.files):
        for path in _files_below(folder):
            name = path.relative_to(folder).as_posix()
            ours = pattern == _PART or kind.has_written(path)
            if name not in keep and re.fullmatch(pattern, name) and ours:
                path.unlink(missing_ok=True)
                _remove_empty(path.parent, folder)


def claim_beside(folder: Path, kind: Kind, names: Collection[str]) -> None:
    """As `claim`, for a result that leaves other files alone: only its own `names` must be free, or ours.

    Args:
        folder: where the result goes.
        kind: of the result.
        names: of the files and folders that it writes.

    Raises:
        PareidoliaError: If the path is a file, or one of the names is taken by something else.
    """
    if folder.exists() and not folder.is_dir():
        raise BadTarget(f"'{folder}' is a file: name a folder for {kind.noun}")
    taken = [name for name in names if os.path.lexists(folder / name)]
    if taken and not kind.is_ours(folder):
        raise BadTarget(f"{folder / taken[0]} is not of {kind.noun}: name another folder")


def check_own(path: Path) -> None:
    """Refuse to replace a file whose name the user did not choose, unless it carries a record of ours.

    Args:
        path: of the file.

    Raises:
        PareidoliaError: If something is at `path` that is not a result.
    """
    if os.path.lexists(path) and not carries_record(path):
        raise BadTarget(f"'{path}' was not made by pareidolia, so it stays: name another folder")


def carries_record(picture: Path) -> bool:
    """Whether a picture file carries a record of ours."""
    from pareidolia.pictures.records import record_of  # Pillow, which the command line's help does without

    return record_of(picture) is not None


def is_empty(folder: Path) -> bool:
    """Whether nobody's files are in the folder or in folders below; there need be none."""
    for place, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not is_litter(Path(name))]
        linked = any(Path(place, name).is_symlink() for name in folders)
        if linked or not all(is_litter(Path(name)) for name in files):
            return False
    return True


def is_litter(path: Path) -> bool:
    """Whether the name is of what systems leave by themselves, or of what a killed process of ours left."""
    return _LITTER.fullmatch(path.name) is not None


def is_result(folder: Path) -> bool:
    """Whether the folder is a result of any kind, whose pictures are not photos to work on."""
    return any(kind.is_ours(folder) for kind in KINDS)


def read_mark(path: Path) -> Any:
    """The JSON in a small ordinary file; None where there is none that can be read."""
    try:
        if require_file(path).stat().st_size > _MOST_MARK_BYTES:
            return None
        return json.loads(path.read_text(encoding="utf-8"))
    except (PareidoliaError, OSError, ValueError, RecursionError):
        return None


def _files_below(folder: Path) -> Iterator[Path]:
    """The files directly in the folder and in its subfolders: no result's lie deeper."""
    for path in sorted(folder.iterdir()):
        if path.is_dir() and not path.is_symlink():
            yield from (each for each in sorted(path.iterdir()) if each.is_symlink() or not each.is_dir())
        else:
            yield path


def _remove_empty(folder: Path, top: Path) -> None:
    """Remove the folder if nothing is in it, and so on up to `top`."""
    while not any(folder.iterdir()):
        folder.rmdir()
        if folder == top:
            return
        folder = folder.parent


def _is_marked(held: Any, *keys: str) -> bool:
    """Whether JSON is an object with the version of Pareidolia that wrote it, and these keys."""
    return isinstance(held, Mapping) and isinstance(held.get(KEY), str) and held.keys() >= set(keys)


def _is_run(folder: Path) -> bool:
    return _is_marked(read_mark(folder / "settings.json"))


def _is_collection(folder: Path) -> bool:
    return _is_marked(read_mark(folder / "manifest.json"), "format", "layers", "pictures")


def _is_atlas(folder: Path) -> bool:
    held = read_mark(folder / "atlas.json")
    if isinstance(held, Mapping) and held.get("format") == ATLAS_FORMAT:
        return True
    stages = folder / "stages"
    told = read_mark(stages / "settings.json")
    if isinstance(told, Mapping) and told.keys() >= {"photos", "settings"}:
        return isinstance(told["settings"], Mapping) and told["settings"].keys() >= {"layer", "positions"}
    return any(_is_collection(path) for path in stages.glob("collection-*"))


def _is_microscope(folder: Path) -> bool:
    marks = (folder / "microscope.json", folder / "stages" / "settings.json")
    held = (read_mark(mark) for mark in marks)
    return any(isinstance(each, Mapping) and each.get("format") == MICROSCOPE_FORMAT for each in held)


def _is_concepts(folder: Path) -> bool:
    held = read_mark(folder / "concepts.json")
    return isinstance(held, Mapping) and held.get("format") == CONCEPTS_FORMAT


def _is_grid(folder: Path) -> bool:
    held = read_mark(folder / "cells.json")
    return isinstance(held, Mapping) and held.keys() >= {"side", "counts", "icons", "patches", "attribution"}


def _is_frames(folder: Path) -> bool:
    try:
        return any(re.fullmatch(_FRAME, path.name) and carries_record(path) for path in folder.iterdir())
    except OSError:
        return False


def _is_tour(folder: Path) -> bool:
    return _carries(folder / "index.html", PAGE_MARK)


def _carries(page: Path, mark: str) -> bool:
    """Whether a page begins as ours do."""
    try:
        with require_file(page).open("rb") as file:
            return mark.encode() in file.read(4096)
    except (PareidoliaError, OSError):
        return False


def _is_explanation(folder: Path) -> bool:
    return _is_marked(read_mark(folder / "numbers.json"))


_FRAME = r"\d{6,}\.png"

RUN = Kind(
    "a run",
    _is_run,
    (
        r"checkpoint\.pt|checkpoint\.previous\.pt|(model|data)\.safetensors",
        r"samples/\d{7,}\.png",
        r"snapshots/\d{7,}\.safetensors",
        r"log\.jsonl",
        r"settings\.json",
    ),
)
COLLECTION = Kind(
    "a collection",
    _is_collection,
    (r"\.lock", r"shards/\d{6,}\.safetensors", r"files\.json", r"manifest\.json"),
)
ATLAS = Kind("an atlas", _is_atlas)
FRAMES = Kind("the frames of a video", _is_frames, (_FRAME,), carries_record)
GRID = Kind(
    "a grid of an atlas",
    _is_grid,
    (r"(icons|icons-small|patches)-\d+\.webp", r"attribution\.bin", r"cells\.json"),
)
MICROSCOPE = Kind(
    "a microscope's site",
    _is_microscope,
    (r"[^/]+/\d+(-painted|-strongest|-spread|-best)?\.webp", r"[^/]+/\d+\.html", r"[^/]+/index\.html"),
    lambda path: _carries(path.parent / "index.html", MICROSCOPE_MARK),
)
CONCEPTS = Kind("concepts", _is_concepts, (r"concepts\.safetensors", r"concepts\.json"))
TOUR = Kind("a tour", _is_tour)
EXPLANATION = Kind("an explanation", _is_explanation)

KINDS = (RUN, COLLECTION, ATLAS, MICROSCOPE, CONCEPTS, TOUR, EXPLANATION)
"""What a folder of photos is looked through for. Frames are not in it: each of them carries a record."""
