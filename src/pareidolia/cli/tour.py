"""`pareidolia tour`: the lecture shown with one picture."""

import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from pydantic import Field
from rich.console import Console

from pareidolia.cli.outputs import Verbosity
from pareidolia.cli.printing import print_json, say
from pareidolia.settings import BadTarget
from pareidolia.tour.progress import Report, Stop
from pareidolia.tour.settings import TourSettings

Line = Callable[..., str]
"""A line in the tour's language, by name and values."""


class TourOutput(Verbosity):
    """Where the page goes."""

    overwrite: Annotated[bool, Parameter(negative=()), Field(description="Replace what is there.")] = False
    out: Annotated[Path, Field(description="The folder of the page; it is made if need be.")] = Path("tour")


def tour(
    *,
    settings: Annotated[TourSettings, Parameter(name="*")] = TourSettings(),
    output: Annotated[TourOutput, Parameter(name="*")] = TourOutput(),
) -> int:
    """Tell the whole lecture on one page, with a photo of your own if you give one."""
    from pareidolia.tour import tell
    from pareidolia.tour.words import words

    _check(output)
    line = words(settings.language).line
    began, page = time.perf_counter(), output.out / "index.html"
    there = page.exists()
    try:
        with _report(output, line) as report, _terminable():
            rendered = tell(output.out, settings, report)
    except KeyboardInterrupt:
        kept = page.exists() and not there
        say(line("stopped_page", page=page.absolute()) if kept else line("stopped"), output)
        raise
    seconds = time.perf_counter() - began
    failures = {each.key: each.failure for each in rendered if each.failure}
    if output.as_json:
        answer = {"out": str(page), "seconds": round(seconds, 3), "failures": failures}
        print_json({**answer, "settings": settings.model_dump(mode="json")})
    else:
        say(line("written", page=page.absolute(), seconds=round(seconds)), output)
    for key, failure in failures.items():
        print(f"pareidolia: {line('untold', title=key, failure=failure)}", file=sys.stderr)
    return 1 if failures else 0


def _check(output: TourOutput) -> None:
    from pareidolia.pictures.ownership import TOUR, claim_beside
    from pareidolia.tour.telling import PICTURES

    if output.out.exists() and not output.out.is_dir():
        raise BadTarget(f"{output.out} is a file: --out names a folder")
    if output.overwrite:
        claim_beside(output.out, TOUR, ("index.html", PICTURES))
    for path in (output.out / "index.html", output.out / PICTURES):
        if path.exists() and not output.overwrite:
            raise BadTarget(f"{path} is there already: give --overwrite or another --out")


@contextmanager
def _report(output: TourOutput, line: Line) -> Iterator[Report]:
    """A bar on a terminal, else a line a section."""
    console = Console(stderr=True)
    if output.quiet:
        yield Report()
    elif console.is_terminal:
        with _Bar(console, line) as bar:
            yield bar
    else:
        yield _Lines(line)


@contextmanager
def _terminable() -> Iterator[None]:
    """Within it SIGTERM ends the tour as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _place(line: Line, stop: Stop) -> str:
    return line("section", index=stop.index, total=stop.total, title=stop.title)


class _Lines(Report):
    """A line a section, with the seconds it took."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def begin(self, stop: Stop) -> None:
        self._began = time.perf_counter()

    def end(self, stop: Stop) -> None:
        seconds = time.perf_counter() - self._began
        failed = f" ({stop.failure})" if stop.failure else ""
        print(f"{_place(self._line, stop)}, {seconds:.1f} s{failed}", file=sys.stderr, flush=True)


class _Bar(Report):
    """A bar over all sections that moves within them too."""

    def __init__(self, console: Console, line: Line) -> None:
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(), TextColumn("{task.fields[words]}"), TimeElapsedColumn())
        self._progress = Progress(*columns, console=console, transient=True)
        self._task = self._progress.add_task("", total=None, words="")
        self._line, self._before = line, 0

    def __enter__(self) -> "_Bar":
        self._progress.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._progress.stop()

    def begin(self, stop: Stop) -> None:
        self._before = stop.index - 1
        words = _place(self._line, stop)
        self._progress.update(self._task, total=stop.total, completed=self._before, words=words)

    def beat(self, share: float) -> None:
        self._progress.update(self._task, completed=self._before + share)

    def end(self, stop: Stop) -> None:
        self._progress.update(self._task, completed=stop.index)
