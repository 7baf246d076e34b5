"""Many requests from one: every picture of the folders that were given, each to a result of its own."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path, PurePath
from typing import Any

from pareidolia.operations import Input
from pareidolia.pictures import find_pictures, read_record
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError


@dataclass(frozen=True)
class Job:
    """A request, and the file its result goes to."""

    request: Request
    out: Path

    @property
    def is_made(self) -> bool:
        """Whether the result is there, whole, with the record of this very request."""
        if not self.out.exists():
            return False
        try:
            return read_record(self.out) == self.request.record(self.out.absolute().parent)
        except PareidoliaError:
            return False


def is_many(inputs: Mapping[str, Any], stated: Sequence[Input]) -> bool:
    """Whether what was given asks for several results: a folder of pictures, or several pictures for one."""
    return any(
        (len(values := _values(inputs, each)) > 1 and not each.many) or any(map(_is_folder, values))
        for each in stated
        if each.kind == "picture"
    )


def jobs_for(request: Request, folder: Path) -> list[Job]:
    """A job for every combination of the pictures given; each result is named after its own in `folder`.

    Where an input takes several pictures at once, the pictures of a folder are taken one by one.

    Args:
        request: of which the picture inputs may be folders, or tuples where the operation takes one.
        folder: where results go.
    """
    pictures = [
        each for each in request.operation.inputs if each.kind == "picture" and each.name in request.inputs
    ]
    choices = [list(_choices(request, each)) for each in pictures]
    names = [
        names_of([choice[0] if isinstance(choice, tuple) else choice for choice in found])
        if number == 0 or len(found) > 1
        else [""] * len(found)
        for number, found in enumerate(choices)
    ]
    jobs = []
    for picked in product(
        *(zip(found, called, strict=True) for found, called in zip(choices, names, strict=True))
    ):
        given = {each.name: choice for each, (choice, _) in zip(pictures, picked, strict=True)}
        name = "--".join(name for _, name in picked if name)
        jobs.append(Job(replace(request, inputs={**request.inputs, **given}), folder / f"{name}.png"))
    return jobs


def pictures_of(path: str) -> list[str]:
    """The pictures of a folder, in order of their names; a file stands for itself."""
    if not Path(path).is_dir():
        return [path]
    found = find_pictures(path)
    return [str(found.path(number)) for number in range(len(found))]


def names_of(paths: Sequence[str]) -> list[str]:
    """What results are called: names without ending, or with it where they would be alike."""
    whole = [PurePath(path.removeprefix("sample:")) for path in paths]
    stems = Counter(path.stem for path in whole)
    names = [path.stem if stems[path.stem] == 1 else path.name for path in whole]
    repeated = Counter(names)
    return [
        name if repeated[name] == 1 else f"{path.parent.name}-{name}"
        for name, path in zip(names, whole, strict=True)
    ]


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
