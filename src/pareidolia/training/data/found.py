"""Where a run's pictures are: noted so that they are found again, also when they or the run have moved."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pareidolia.settings import PareidoliaError
from pareidolia.training.data.folders import find_files
from pareidolia.training.data.opening import is_folder

PLACES = ("name", "from_run", "files", "kept")
"""What a record notes of where pictures are: what `place_of` gives, or that the run keeps them.

The pictures are the same wherever they lie, so these may differ when a run goes on.
"""


def place_of(name: str, run: Path) -> dict[str, str]:
    """Where the data called `name` lie, for the record of the run in the folder `run`.

    "name": as given, a home folder written as ~. Of a folder also "from_run", the way there from the run,
    where that names no home; and "files", a digest of the names and sizes of its training files.
    """
    if not is_folder(name):
        return {"name": name}
    folder = Path(name).expanduser()
    noted = {"name": _without_home(folder) if folder.is_absolute() else name}
    way = _way(run, folder)
    return noted | way | {"files": find_files(folder, "train").digest}


def find_again(data: Mapping[str, Any], run: Path, moved_to: str | None = None) -> str:
    """The name under which the data of a record are found, from the working folder or from the run's.

    Args:
        data: what the record notes of them, see `place_of`.
        run: the run's folder.
        moved_to: a folder in which they may be as well.

    Raises:
        PareidoliaError: they are not there, or other pictures lie there now.
    """
    name = str(data["name"])
    if not is_folder(name):
        return name
    places = [Path(name).expanduser()]
    places += [run / str(data["from_run"])] if "from_run" in data else []
    places += [] if moved_to is None else [Path(moved_to).expanduser()]
    there = [place for place in places if place.is_dir()]
    wanted = data.get("files")
    for place in there:
        if wanted is None or _digest(place) == wanted:
            return str(place)
    what = "holds other pictures now" if there else "is not there"
    raise PareidoliaError(
        f"{there[0] if there else name}, which {run.name} was trained on, {what}: name the folder with --data"
    )


def _digest(folder: Path) -> str | None:
    try:
        return find_files(folder, "train").digest
    except PareidoliaError:
        return None


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None


def _without_home(folder: Path) -> str:
    home = _home()
    if home is None or not folder.is_relative_to(home):
        return str(folder)
    return f"~/{folder.relative_to(home).as_posix()}"


def _way(run: Path, folder: Path) -> dict[str, str]:
    """The relative path from the run to the folder; none that names a home, or leads to another drive."""
    home, run, folder = _home(), run.expanduser().resolve(), folder.resolve()
    if home is not None and folder.is_relative_to(home) and not run.is_relative_to(home):
        return {}
    try:
        return {"from_run": Path(os.path.relpath(folder, run)).as_posix()}
    except ValueError:  # on Windows, another drive
        return {}
