"""How a record names a file: as seen from the record, and without the name of anybody's home folder."""

import os
from pathlib import Path, PurePath

_HOMES = ("home", "Users")


def named_from(folder: str | Path, path: str | Path) -> str:
    """The file at `path` as a record kept in `folder` names it, with "/" on every system.

    A relative path where that reveals nothing about whose computer it is; else, and across drives, the file's
    name alone: it is then looked for beside the record.
    """
    way = way_to(path, folder)
    return PurePath(path).name if way is None or reveals_home(folder, path) else way


def way_to(path: str | Path, folder: str | Path) -> str | None:
    """The relative path from a folder to `path`, with "/"; None across Windows' drives, which have none."""
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:
        return None


def reveals_home(folder: str | Path, path: str | Path) -> bool:
    """Whether the way from `folder` to `path` goes through the name of a home folder."""
    absolute = whole(path)
    home = _home_of(absolute)
    return home is not None and not whole(folder).is_relative_to(home)


def expanded(path: str | Path) -> Path:
    """The path with a leading "~" as the home folder; as it is where there is no such user or home."""
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def whole(path: str | Path) -> Path:
    """The path from the root on, without ".."; links are not followed, as records do not."""
    return Path(os.path.normpath(Path(path).absolute()))


def _home_of(path: Path) -> Path | None:
    """The home folder that `path` is in or is: this person's, or by its place any other's."""
    try:
        own = Path.home()
    except RuntimeError:  # a user without a home
        own = None
    if own is not None and own != Path(own.anchor) and path.is_relative_to(own):
        return own
    top = path.parts[1:3]
    return Path(path.anchor, *top) if len(top) == 2 and top[0] in _HOMES else None
