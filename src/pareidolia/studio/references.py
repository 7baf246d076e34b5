"""How the page names what an operation is given: uploaded pictures, results of jobs, samples, places.

No path from outside is one of them: a reference is looked up, and what is found has a path of the studio's.
"""

import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pareidolia.operations import Input, Operation
from pareidolia.operations.sums import split_sum
from pareidolia.settings import PareidoliaError
from pareidolia.studio.job import Job
from pareidolia.studio.samples import sample_names, sample_path
from pareidolia.studio.store import Store

PICTURE, JOB, SAMPLE = "picture:", "job:", "sample:"
ATLAS = "atlas build"
"""The operation whose results are atlases."""
SHIPPED = (
    "mnist-vae",
    "mnist-vae-32",
    "mnist-aae",
    "mnist-gan",
    "mnist-flow",
    "faces-gan",
    "digits-vae",
    "digits-aae",
    "digits-gan",
)
"""The trained models in the package, the best to look at first: that one is chosen unless another is."""
DATA = ("digits",)
"""The pictures to train on that are there without fetching."""
_SAMPLE = re.compile(r"sample:[a-z0-9-]+")
_POINT = re.compile(r"(test|train|random):\d{1,18}|label:[\w -]{1,60}")
_NAME = re.compile(r"[\w ,.'()-]{1,120}")
_MOST = 2_000


class References:
    """Finds what references of requests stand for.

    Args:
        store: pictures and jobs.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def check(self, operation: Operation, inputs: Mapping[str, Any]) -> dict[str, Any]:
        """Check the inputs of a request.

        Args:
            operation: what they are for.
            inputs: references by the operation's names.

        Returns:
            The inputs that are given: a list where there may be several, else a text.

        Raises:
            PareidoliaError: If one is missing, is unknown, or stands for nothing that is there.
        """
        given: dict[str, Any] = {}
        for name in inputs:
            operation.input(name)
        for stated in operation.inputs:
            value = inputs.get(stated.name) or stated.default
            if not value:
                if stated.required:
                    raise PareidoliaError(f"{operation.name} needs its {stated.name}")
                continue
            several = stated.many or stated.kind == "photos" or isinstance(value, list)
            values = value if isinstance(value, list) else [value]
            if several and not (stated.many or stated.kind in ("photos", "data")):
                raise PareidoliaError(f"{operation.name} takes one {stated.name}")
            if len(values) > _MOST or not all(isinstance(each, str) for each in values):
                raise PareidoliaError(f"{stated.name} is a list of at most {_MOST} names")
            for each in values:
                self.path(stated, each)
            given[stated.name] = list(values) if several else value
        return given

    def resolve(self, operation: Operation, inputs: Mapping[str, Any], folder: Path) -> dict[str, Any]:
        """What the operation is called with.

        Args:
            operation: of the job.
            inputs: as `check` gave them.
            folder: of the job, in which folders of photos are laid out.

        Returns:
            Paths and names by the operation's names.

        Raises:
            PareidoliaError: If something is no longer there.
        """
        found: dict[str, Any] = {}
        for name, value in inputs.items():
            stated = operation.input(name)
            if isinstance(value, list) and stated.kind in ("photos", "data"):
                found[name] = self._laid_out(stated, value, folder / name)
            elif isinstance(value, list):
                found[name] = tuple(self.path(stated, each) for each in value)
            else:
                found[name] = self.path(stated, value)
        return found

    def names(self, operation: Operation, inputs: Mapping[str, Any], folder: Path) -> dict[str, str]:
        """How a command line names the paths of a job: by the names that the pictures came with."""
        named = {}
        for name, value in inputs.items():
            for each in value if isinstance(value, list) else [value]:
                if each.startswith((PICTURE, JOB)):
                    path = self.path(operation.input(name), each)
                    named[path] = self._title(each, Path(path))
        return named

    def has_video(self, inputs: Mapping[str, Any]) -> bool:
        """Whether a video is among the inputs of a job."""
        given = [
            each for value in inputs.values() for each in (value if isinstance(value, list) else [value])
        ]
        return any(self._is_video(each) for each in given)

    def _is_video(self, reference: str) -> bool:
        if reference.startswith(JOB):
            job = self._store.find(reference.removeprefix(JOB))
            return job is not None and job.file.endswith(".mp4")
        picture = (
            self._store.picture(reference.removeprefix(PICTURE)) if reference.startswith(PICTURE) else None
        )
        return picture is not None and picture.is_video

    def _title(self, reference: str, path: Path) -> str:
        picture = self._store.picture(reference.removeprefix(PICTURE))
        return path.name if picture is None else picture.name

    def _laid_out(self, stated: Input, references: list[str], folder: Path) -> str:
        """A folder with links to the pictures."""
        folder.mkdir(parents=True, exist_ok=True)
        for number, each in enumerate(references):
            path = Path(self.path(stated, each))
            if not path.is_file():
                raise PareidoliaError(f"{stated.name}: {each} is no picture that can be laid into a folder")
            link = folder / f"{number:05d}{path.suffix}"
            if not link.exists():
                _link(path, link)
        return str(folder)

    def path(self, stated: Input, reference: str) -> str:
        """What one reference stands for, as the operation takes it.

        Args:
            stated: the input.
            reference: as the page names it.

        Returns:
            A path of the studio, or a name.

        Raises:
            PareidoliaError: If it stands for nothing that is there.
        """
        if stated.kind == "text":
            return _matched(_NAME, reference, stated)
        if stated.kind == "sum":
            return " ".join(self._terms(stated, reference))
        if reference.startswith(PICTURE):
            return self._picture(reference.removeprefix(PICTURE))
        if reference.startswith(JOB):
            return self._result(stated, reference.removeprefix(JOB))
        if stated.kind == "photos" and _SAMPLE.fullmatch(reference):
            return _sample(stated, reference)
        if stated.kind == "run" and reference in SHIPPED:
            return reference
        if stated.kind == "data" and reference in DATA:
            return reference
        if stated.kind == "latent point" and _POINT.fullmatch(reference):
            return reference
        if stated.kind in ("picture", "file", "latent point") and _SAMPLE.fullmatch(reference):
            return reference
        raise PareidoliaError(f"{stated.name}: '{reference[:80]}' is nothing that the studio has")

    def _terms(self, stated: Input, expression: str) -> Iterator[str]:
        point = Input(stated.name, stated.help, "latent point")
        for part in split_sum(expression):
            yield part if part in ("+", "-") else self.path(point, part)

    def _picture(self, name: str) -> str:
        picture = self._store.picture(name)
        if picture is None:
            raise PareidoliaError("that picture is no longer here: drop it again")
        return str(self._store.path_of(picture))

    def _result(self, stated: Input, name: str) -> str:
        job: Job | None = self._store.find(name)
        path = None if job is None else self._store.result_of(job)
        if job is None or path is None:
            raise PareidoliaError("that result is no longer here")
        if (stated.kind == "atlas") != (job.operation == ATLAS):
            raise PareidoliaError(f"{stated.name}: the result of {job.operation} is none")
        return str(path)


def _sample(stated: Input, reference: str) -> str:
    """The file of a sample, where a folder of photos is laid out."""
    name = reference.removeprefix(SAMPLE)
    if name not in sample_names():
        raise PareidoliaError(f"{stated.name}: there is no sample '{name}'")
    return str(sample_path(name))


def _link(path: Path, link: Path) -> None:
    """The same file at another place; a copy where that is on another disk."""
    try:
        os.link(path, link)
    except OSError:
        shutil.copyfile(path, link)


def _matched(pattern: re.Pattern[str], given: str, stated: Input) -> str:
    if not pattern.fullmatch(given):
        raise PareidoliaError(f"{stated.name}: '{given[:80]}' is not a name")
    return given
