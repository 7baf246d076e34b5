"""Where a command's result goes, and what it tells meanwhile."""

import csv
import json
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from types import FrameType
from typing import Annotated, Any, Protocol

from cyclopts import Parameter
from pydantic import Field
from rich.console import Console

from pareidolia.pictures.targets import make_folder as make_folder
from pareidolia.safety import printable
from pareidolia.settings import Settings


class VerbosityOptions(Settings):
    """How much is printed, and in what form."""

    as_json: Annotated[
        bool,
        Parameter(name="--json", negative=()),
        Field(description="Print one JSON object on standard output, for programs."),
    ] = False
    quiet: Annotated[bool, Parameter(negative=()), Field(description="Print no progress.")] = False
    trust: Annotated[
        bool,
        Parameter(negative=()),
        Field(
            description="Run the code, and fetch the data, that a picture's record, a run or an atlas names."
        ),
    ] = False


OUT = Field(description="The file to write; its ending says the format.")


class OverwriteOptions(VerbosityOptions):
    """What happens to what is there already."""

    overwrite: Annotated[bool, Parameter(negative=()), Field(description="Replace what is there.")] = False


class ResumeOptions(OverwriteOptions):
    """What happens to a run that was stopped."""

    resume: Annotated[
        bool,
        Parameter(negative=()),
        Field(description="Go on from the checkpoint of a run that was stopped."),
    ] = False


class PictureOutput(OverwriteOptions):
    """Where a picture goes that is made at once."""

    out: Annotated[Path, OUT]


class TabledOutput(PictureOutput):
    """Where a picture goes that has numbers behind it, and where these go."""

    table: Annotated[
        Path | None, Field(description="A .csv file for the numbers (--json has the curves too).")
    ] = None


class Output(PictureOutput, ResumeOptions):
    """Where a picture goes that is painted step by step."""


class Progressing(Protocol):
    """What a step tells that a progress report shows."""

    @property
    def index(self) -> int: ...
    @property
    def total(self) -> int: ...
    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def loss(self) -> float | None: ...


def print_json(answer: dict[str, Any]) -> None:
    """Print one JSON object on standard output."""
    print(json.dumps(answer, default=str))


def write_table(rows: Sequence[Mapping[str, object]], path: Path) -> None:
    """Write rows of the same names as CSV, whole or not at all; lists are left out, None is empty."""
    from pareidolia.pictures import write_atomically

    names = [name for name in rows[0] if not any(isinstance(row[name], list) for row in rows)] if rows else []
    text = StringIO(newline="")
    table = csv.DictWriter(text, names, extrasaction="ignore")
    table.writeheader()
    table.writerows(rows)
    with write_atomically(path) as file:
        file.write(text.getvalue().encode("utf-8"))


def say(line: str, verbosity: VerbosityOptions) -> None:
    """Print a line for people: on standard output, or on standard error where that is kept for JSON."""
    if not verbosity.quiet:
        print(printable(line), file=sys.stderr if verbosity.as_json else sys.stdout, flush=True)


@contextmanager
def progress_report(verbosity: VerbosityOptions) -> Iterator[Any]:
    """A callable told of each step: a bar on a terminal, else a line every tenth of the way."""
    console = Console(stderr=True)
    if verbosity.quiet:
        yield lambda step: None
    elif console.is_terminal:
        with _bar(console) as report:
            yield report
    else:
        yield _Lines()


@contextmanager
def _bar(console: Console) -> Iterator[Any]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[told]}, left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("painting", total=None, told="")

        def report(step: Progressing) -> None:
            progress.update(task, total=step.total, completed=step.index, told=_told(step))

        yield report


def _told(step: Progressing) -> str:
    """Size and loss of a step; what has no loss (a frame of a video) tells its size."""
    size = f"{step.size[1]}x{step.size[0]} px"
    return size if step.loss is None else f"{size}, loss {step.loss:.4g}"


class _Lines:
    """Plain lines with steps, size, loss and time left."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._first: int | None = None
        self._tenth = 0

    def __call__(self, step: Progressing) -> None:
        if self._first is None:
            self._first = step.index - 1
        tenth = 10 * step.index // step.total
        if tenth == self._tenth:
            return
        self._tenth = tenth
        pace = (time.monotonic() - self._began) / (step.index - self._first)
        left = pace * (step.total - step.index)
        print(
            f"step {step.index} of {step.total}, {_told(step)}, about {left:.0f} s left",
            file=sys.stderr,
            flush=True,
        )


class Staging(Protocol):
    """What a step of an operation of several stages tells."""

    @property
    def stage(self) -> str: ...
    @property
    def index(self) -> int: ...
    @property
    def total(self) -> int: ...


def stage_report(verbosity: VerbosityOptions) -> Callable[[Staging], None]:
    """A callable told of each step: a line when a stage begins and every tenth of its way."""
    return (lambda step: None) if verbosity.quiet else _StageLines()


class _StageLines:
    """Plain lines with the stage, its steps, and time left."""

    def __init__(self) -> None:
        self._stage, self._tenth, self._first, self._began = "", -1, 0, 0.0

    def __call__(self, step: Staging) -> None:
        if step.stage != self._stage:
            self._stage, self._tenth, self._first, self._began = step.stage, -1, step.index, time.monotonic()
        tenth = 10 * step.index // max(1, step.total)
        if tenth == self._tenth:
            return
        self._tenth = tenth
        done = step.index - self._first
        left = (time.monotonic() - self._began) / done * (step.total - step.index) if done else 0
        about = f", about {left:.0f} s left" if left >= 1 else ""
        print(f"{step.stage}: {step.index} of {step.total}{about}", file=sys.stderr, flush=True)


class StopRequest:
    """Whether the user asked to stop; true after the first Ctrl-C or SIGTERM."""

    def __init__(self) -> None:
        self.signal: int | None = None

    def __bool__(self) -> bool:
        return self.signal is not None


@contextmanager
def stop_request() -> Iterator[StopRequest]:
    """Within it, Ctrl-C and SIGTERM ask to stop after the step under way; a second one stops at once."""
    request = StopRequest()

    def ask(number: int, frame: FrameType | None) -> None:
        if request:
            raise KeyboardInterrupt
        request.signal = number

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield request
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
