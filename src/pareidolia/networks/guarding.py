"""The guard around code that others wrote: networks, their files and factories.

What such code prints goes to standard error, for standard output belongs to results; what it raises becomes
one line, also where it wants to end the program; the working directory is the same afterwards.
"""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TextIO

import torch

from pareidolia.memory import no_memory
from pareidolia.settings import BadNetwork, PareidoliaError, one_line

_COMMAND_LINES = frozenset(
    {"argparse", "optparse", "getopt", "click.core", "absl.app", "docopt", "fire.core"}
)


@contextmanager
def guarded(message: str, error_type: type[PareidoliaError] = BadNetwork) -> Iterator[None]:
    """Run somebody else's code.

    Args:
        message: the line for what goes wrong; `{reason}` in it becomes the text of the error.
        error_type: the error that carries the line.

    Raises:
        PareidoliaError: As `error_type`, if anything is raised inside. A `PareidoliaError`, and an error for
            lack of GPU memory, are passed on.
    """
    try:
        with _printing_aside(), _staying_here():
            yield
    except (PareidoliaError, torch.OutOfMemoryError):
        raise
    except SystemExit as error:
        raise error_type(message.replace("{reason}", _left(error))) from error
    except Exception as error:  # it is not our code
        raise error_type(message.replace("{reason}", _reason(error))) from error


def _reason(error: Exception) -> str:
    return "there is not enough memory" if no_memory(error) else one_line(error, named=True)


def _left(error: SystemExit) -> str:
    """Why code ended the program."""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") in _COMMAND_LINES:
            return "it reads a command line of its own; put what does so under if __name__ == '__main__'"
        trace = trace.tb_next
    said = f" ({error.code})" if error.code not in (None, 0) else ""
    return f"it ends the program with sys.exit{said}"


class _Aside:
    """A standard output that lets the threads inside the guard write to standard error."""

    def __init__(self, inner: TextIO) -> None:
        self.inner = inner
        self.threads: dict[int, int] = {}

    def write(self, text: str) -> int:
        return self._mine().write(text)

    def flush(self) -> None:
        self._mine().flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mine(), name)

    def _mine(self) -> TextIO:
        return sys.stderr if threading.get_ident() in self.threads else self.inner


@contextmanager
def _staying_here() -> Iterator[None]:
    """Results are named as seen from the working directory, so it is the same afterwards."""
    here = _working_directory()
    try:
        yield
    finally:
        if here is not None and _working_directory() != here:
            os.chdir(here)


def _working_directory() -> Path | None:
    """Where the process works; None if that was removed."""
    try:
        return Path.cwd()
    except OSError:
        return None


_lock = threading.Lock()


@contextmanager
def _printing_aside() -> Iterator[None]:
    """What this thread prints inside goes to standard error; other threads print as before."""
    thread = threading.get_ident()
    with _lock:
        aside = sys.stdout if isinstance(sys.stdout, _Aside) else _Aside(sys.stdout)
        aside.threads[thread] = aside.threads.get(thread, 0) + 1
        sys.stdout = aside
    try:
        yield
    finally:
        with _lock:
            aside.threads[thread] -= 1
            if not aside.threads[thread]:
                del aside.threads[thread]
            if not aside.threads and sys.stdout is aside:
                sys.stdout = aside.inner
