"""What a command prints: lines for people, one JSON object for programs, progress meanwhile."""

import json
import math
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING, Any

from pareidolia.execution.target import Stop
from pareidolia.progress import Progress
from pareidolia.safety import printable
from pareidolia.settings import PareidoliaError
from pareidolia.watching import Lines, in_words

if TYPE_CHECKING:
    from rich.console import Console

    from pareidolia.cli.outputs import Verbosity

Report = Callable[[Progress], None]


def say(line: str, output: "Verbosity") -> None:
    """Print a line for people: on standard output, or on standard error where that is kept for JSON."""
    if not output.quiet:
        print(printable(line), file=sys.stderr if output.as_json else sys.stdout, flush=True)


def complain(line: str, kind: type[PareidoliaError] | None = None) -> None:
    """Print on standard error what went wrong, however quiet the command; an error's kind by its code."""
    code = "" if kind is None else f" [{kind.code}]"
    print(f"pareidolia: {printable(' '.join(line.split()))}{code}", file=sys.stderr, flush=True)


def print_json(answer: Mapping[str, Any]) -> None:
    """Print one JSON object on standard output; numbers that are not finite become null."""
    print(json.dumps(_finite(answer), default=str, allow_nan=False), flush=True)


def print_rows(rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows as a table; columns of lists and of nothing are left out."""
    from rich.console import Console
    from rich.table import Table

    names = [name for name in rows[0] if any(_cell(row.get(name)) for row in rows)] if rows else []
    table = Table(*names, box=None, header_style="bold")
    for row in rows:
        table.add_row(*(_cell(row.get(name)) for name in names))
    Console(width=None if Console().is_terminal else 180).print(table)


@contextmanager
def progress_report(output: "Verbosity") -> Iterator[Report]:
    """A callable that is given each step: a bar on a terminal, else a line every tenth of the way."""
    from rich.console import Console

    console = Console(stderr=True)
    if output.quiet:
        yield lambda step: None
    elif console.is_terminal:
        with _bar(console) as report:
            yield report
    else:
        yield Lines()


@contextmanager
def _bar(console: "Console") -> Iterator[Report]:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.fields[words]}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None, words="")

        def report(step: Progress) -> None:
            bar.update(task, total=step.total, completed=step.index, words=printable(in_words(step)))

        yield report


@contextmanager
def stopping(stop: Stop) -> Iterator[None]:
    """Within it, Ctrl-C and SIGTERM ask to stop after the step under way; a second one stops at once."""

    def ask(number: int, frame: FrameType | None) -> None:
        if stop:
            raise KeyboardInterrupt
        stop(number)

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class Clock:
    """The seconds since it was made."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    @property
    def seconds(self) -> float:
        """Seconds, to the millisecond."""
        return round(time.perf_counter() - self._began, 3)


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}" if math.isfinite(value) else ""
    if isinstance(value, tuple):
        return " to ".join(map(_cell, value))
    return "" if value is None or isinstance(value, list | dict) else printable(str(value))


def _finite(value: Any) -> Any:
    """The same with None in place of numbers that JSON does not have."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, Mapping):
        return {str(key): _finite(each) for key, each in value.items()}
    return [_finite(each) for each in value] if isinstance(value, list | tuple) else value
