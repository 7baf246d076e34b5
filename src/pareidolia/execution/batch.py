"""Many requests from one: every picture of the folders that were given, each to a result of its own."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from typing import Any

from pareidolia.execution.saving import is_made
from pareidolia.operations import Input
from pareidolia.pictures import find_pictures
from pareidolia.pictures.folders import list_pictures
from pareidolia.pictures.locking import Lock
from pareidolia.pictures.naming import joined_names
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError


@dataclass(frozen=True)
class Job:
    """A request, and the file its result goes to."""

    request: Request
    out: Path

    def tidy(self) -> None:
        """Remove lock and checkpoint of a process that died when its picture was whole already."""
        from pareidolia.painting.checkpoint import remove_checkpoint  # torch: not to list jobs

        Lock.of_file(self.out).tidy()
        remove_checkpoint(self.out)

    @property
    def is_made(self) -> bool:
        """Whether the result is there, whole, with the record of this very request."""
        return self.out.exists() and is_made(self.out, self.request.record(self.out.absolute().parent))


def is_many(inputs: Mapping[str, Any], stated: Sequence[Input]) -> bool:
    """Whether what was given means several results: a folder of pictures, or several pictures for one."""
    return any(
        (len(values := _values(inputs, each)) > 1 and not each.many) or any(map(_is_folder, values))
        for each in stated
        if each.kind == "picture"
    )


def jobs_for(request: Request, folder: Path) -> list[Job]:
    """Make a job for every combination of pictures; each result is named after its own pictures.

    Where an input takes several pictures at once, the pictures of a folder are taken one by one.

    Args:
        request: its picture inputs may be folders, or tuples where the operation takes one picture.
        folder: where results are written.

    Returns:
        The jobs.
    """
    pictures = [
        each for each in request.operation.inputs if each.kind == "picture" and each.name in request.inputs
    ]
    choices = [list(_choices(request, each)) for each in pictures]
    rows, columns = choices[0], list(product(*choices[1:]))
    names = joined_names([_file(row) for row in rows], [_file(column[0]) for column in columns if column])
    jobs = []
    for row, across in zip(rows, names, strict=True):
        for column, name in zip(columns, across, strict=True):
            given = dict(zip((each.name for each in pictures), (row, *column), strict=True))
            jobs.append(Job(replace(request, inputs={**request.inputs, **given}), folder / f"{name}.png"))
    return jobs


def _file(choice: str | tuple[str, ...]) -> str:
    """The picture after which a result is named."""
    return choice if isinstance(choice, str) else choice[0]


def pictures_of(path: str) -> list[str]:
    """The pictures of a folder, in order of their names; a file stands for itself."""
    if not Path(path).is_dir():
        return [path]
    found = find_pictures(path)
    return [str(found.path(number)) for number in range(len(found))]


def left_out_of(request: Request) -> list[str]:
    """What the folders of pictures that were given hold besides, a line each."""
    lines = []
    for each in request.operation.inputs:
        given = request.inputs.get(each.name)
        for value in given if isinstance(given, tuple | list) else (given,):
            if (
                each.kind in ("picture", "photos")
                and isinstance(value, str | Path)
                and _is_folder(str(value))
            ):
                lines += [f"{value}: {note}" for note in list_pictures(Path(value)).notes]
    return lines


def _choices(request: Request, stated: Input) -> Iterator[str | tuple[str, ...]]:
    values = _values(request.inputs, stated)
    if not stated.many:
        yield from (picture for value in values for picture in pictures_of(value))
    elif any(map(_is_folder, values)):
        if getattr(request.settings, stated.weights, None) is not None:
            flag = stated.weights.replace("_", "-")
            raise PareidoliaError(f"{stated.name} of a folder are taken one by one: leave out --{flag}")
        yield from ((picture,) for value in values for picture in pictures_of(value))
    else:
        yield tuple(values)


def _values(inputs: Mapping[str, Any], stated: Input) -> tuple[str, ...]:
    given = inputs.get(stated.name)
    if given is None:
        return ()
    return tuple(map(str, given)) if isinstance(given, tuple | list) else (str(given),)


def _is_folder(path: str) -> bool:
    return Path(path).is_dir()
