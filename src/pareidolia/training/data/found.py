"""Where a run's pictures are: noted so that they are found again, also when they or the run have moved."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pareidolia.safety import expanded, named_from, places, reveals_home, whole
from pareidolia.settings import BadData, PareidoliaError
from pareidolia.training.data.folders import find_files
from pareidolia.training.data.opening import is_folder

PLACES = ("name", "files", "kept")
"""What a record notes of where pictures are: what `place_of` gives, or that the run keeps them.

The pictures are the same wherever they lie, so these may differ when a run goes on.
"""


def place_of(name: str, run: Path) -> dict[str, str]:
    """Where the data called `name` lie, for the record of the run in the folder `run`.

    "name": a folder's as seen from the run, in whichever form names nobody's home; and of a folder "files", a
    digest of the names and sizes of its training files.
    """
    if not is_folder(name):
        return {"name": name}
    folder = expanded(name)
    return {"name": _seen_from(run, folder), "files": find_files(folder, "train").digest}


def find_again(data: Mapping[str, Any], run: Path, moved_to: str | None = None) -> str:
    """The name under which the data of a record are found, as seen from the run or from here.

    Args:
        data: what the record notes of them, see `place_of`.
        run: the run's folder.
        moved_to: a folder in which they may be as well.

    Returns:
        The name.

    Raises:
        PareidoliaError: they are not there, or other pictures lie there now.
    """
    name = str(data["name"])
    if not is_folder(name):
        return name
    candidates = [*places(name, run), *([] if moved_to is None else [expanded(moved_to)])]
    there = [folder for folder in candidates if folder.is_dir()]
    wanted = data.get("files")
    for folder in there:
        if wanted is None or _digest(folder) == wanted:
            return str(folder)
    what = "holds other pictures now" if there else "is not there"
    raise BadData(
        f"{there[0] if there else name}, which {run.name} was trained on, {what}: name the folder with --data"
    )


def _digest(folder: Path) -> str | None:
    try:
        return find_files(folder, "train").digest
    except PareidoliaError:
        return None


def _seen_from(run: Path, folder: Path) -> str:
    """The way from the run to the folder; from the home, as ~, where the way would name that."""
    run, folder = whole(expanded(run)), whole(folder)
    if not reveals_home(run, folder):
        return named_from(run, folder)
    try:
        return f"~/{folder.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):  # somebody else's home, or none
        return named_from(run, folder)
