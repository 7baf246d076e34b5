"""Settings that name files, as a record keeps them: seen from the record, and found from it again."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from pareidolia.safety.paths import expanded, named_from

_FILES = ("weights", "classes", "concepts")
_CODE = ("network",)


def portable(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The settings with the files that are there named as `named_from(folder, ...)` does.

    Args:
        values: of settings, as JSON has them; `weights`, `classes` and `network` may name files.
        folder: that the record is kept in.

    Returns:
        The same values with other paths.
    """

    def name(key: str, path: str) -> str:
        whole = expanded(path)
        return named_from(folder, whole) if whole.is_file() else path

    return _with_paths(values, name)


def located(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """The settings of a record in `folder` with files named as they are found: from the record, or from here.

    What is not found stays as it is, and is refused when it is opened.
    """

    def find(key: str, path: str) -> str:
        found = next((place for place in places(path, folder) if place.is_file()), None)
        here = expanded(path)
        # The same words where they mean the same file: a network's name is drawn on sheets.
        return path if found is None or (here.is_file() and here.samefile(found)) else str(found)

    return _with_paths(values, find)


def files_named(values: Mapping[str, Any]) -> dict[str, Path]:
    """The files that settings name and that are there: weights, class names, a network's code, by setting."""
    found: dict[str, Path] = {}

    def note(key: str, path: str) -> str:
        if (whole := expanded(path)).is_file():
            found[key] = whole
        return path

    _with_paths(values, note)
    return found


def places(path: str, folder: Path) -> Iterator[Path]:
    """Where a file may lie that a record in `folder` names: seen from the record, from here, or beside."""
    given = expanded(path)
    yield from (folder / given, given, folder / given.name, Path(given.name))


def _with_paths(values: Mapping[str, Any], change: Callable[[str, str], str]) -> dict[str, Any]:
    changed = dict(values)
    for key in _FILES:
        if isinstance(changed.get(key), str):
            changed[key] = change(key, changed[key])
    for key in _CODE:
        home, colon, function = str(changed.get(key, "")).rpartition(":")
        if home.endswith(".py"):
            changed[key] = f"{change(key, home)}{colon}{function}"
    return changed
