"""What results of many pictures are called: names that no two of them share, on any system."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING

from pareidolia.safety import folded

if TYPE_CHECKING:
    from pareidolia.pictures.accepting import PictureLike

_MOST_BYTES = 120  # two of them and an ending fit into the 255 that systems allow
_DIGEST = 8
_FORBIDDEN, _BLANK = '<>:"/\\|?*', 32
# What Windows takes for devices, whatever ending stands behind.
_PORTS = (f"{port}{number}" for port in ("COM", "LPT") for number in range(1, 10))
_DEVICES = frozenset(("CON", "PRN", "AUX", "NUL", *_PORTS))


def names_of(given: "Sequence[PictureLike]") -> list[str]:
    """Names for the results of pictures, without the result's ending.

    A picture's name without ending; where several would be alike, with its ending, then with the folders it
    lies in, as many as it takes. A file given twice is numbered. No two names differ by letter case alone,
    none begins with "-", and none is longer than 120 bytes.

    Args:
        given: files, or `sample:NAME`; what has no path is called "picture 1" by its number.

    Returns:
        A name for each picture, in their order.
    """
    pictures = [path_of(each, f"picture {number}") for number, each in enumerate(given, 1)]
    chosen = dict.fromkeys(pictures, 0)
    while alike := _alike(chosen):
        longer = [path for path in alike if chosen[path] < _most_words(path)]
        if not longer:
            break
        chosen |= {path: chosen[path] + 1 for path in longer}
    return _numbered([_name(path, chosen[path]) for path in pictures])


def path_of(given: "PictureLike", otherwise: str) -> PurePath:
    """What a picture is called: its path or its sample's name; `otherwise` if it is none of these."""
    return PurePath(str(given).removeprefix("sample:") if isinstance(given, str | PurePath) else otherwise)


def joined_names(rows: Sequence[str], columns: Sequence[str]) -> list[list[str]]:
    """Names for the results of each of `rows` by each of `columns`, a list a row: "photo--painting".

    With one column, or none, a result is called after its row alone. The names are as different as those of
    `names_of`.
    """
    across = names_of(columns) if len(columns) > 1 else [""]
    every = ["--".join(filter(None, (down, each))) for down in names_of(rows) for each in across]
    named = _numbered(every, 2 * _MOST_BYTES)
    return [named[start : start + len(across)] for start in range(0, len(named), len(across))]


def for_any_system(name: str) -> str:
    """The name as a part of a path on any system: without what Windows forbids, and none of its devices."""
    kept = "".join("_" if letter in _FORBIDDEN or ord(letter) < _BLANK else letter for letter in name)
    kept = kept.rstrip(" .") or "_"
    first, dot, rest = kept.partition(".")
    return f"{first.rstrip()}_{dot}{rest}" if first.rstrip().upper() in _DEVICES else kept


def shortened(name: str, most: int) -> str:
    """The name in at most `most` bytes: what is longer is cut and ends in a digest of the whole."""
    raw = name.encode("utf-8", "surrogateescape")
    if len(raw) <= most:
        return name
    digest = hashlib.sha256(raw).hexdigest()[:_DIGEST]
    kept, free = "", most - _DIGEST - 1
    for letter in name:
        free -= len(letter.encode("utf-8", "surrogateescape"))
        if free < 0:
            break
        kept += letter
    return f"{kept}-{digest}"


def _alike(chosen: dict[PurePath, int]) -> list[PurePath]:
    """The pictures whose names, made of as many words as are chosen, meet another's."""
    names = {path: folded(_name(path, words)) for path, words in chosen.items()}
    counts = Counter(names.values())
    return [path for path, name in names.items() if counts[name] > 1]


def _name(path: PurePath, words: int) -> str:
    """The name made of so many words: none is the name without ending, one with it, more the folders' too."""
    name = path.stem if words == 0 else "-".join(_words(path)[-words:])
    return shortened(for_any_system(f"_{name[1:]}" if name.startswith("-") else name), _MOST_BYTES)


def _words(path: PurePath) -> list[str]:
    return [part for part in path.parts if part not in (path.anchor, "..")]


def _most_words(path: PurePath) -> int:
    return len(_words(path))


def _numbered(names: Sequence[str], most: int = _MOST_BYTES) -> list[str]:
    """The names, with a number where one was there before."""
    taken = {folded(name) for name in names}
    seen: set[str] = set()
    made = []
    for name in names:
        chosen, number = name, 1
        while folded(chosen) in (seen if number == 1 else taken | seen):
            number += 1
            chosen = shortened(f"{name}-{number}", most)
        seen.add(folded(chosen))
        made.append(chosen)
    return made
