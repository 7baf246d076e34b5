"""Commands run in processes that may be killed, at any of their calls that change the file system.

A fork server has the package imported already, so that a process takes a fraction of a second.
"""

import errno
import multiprocessing
import os
import resource
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Literal

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["reliability.preloaded"])
_CHANGING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate")
_SECONDS = 300
_SECONDS_TO_READ = 5


@dataclass(frozen=True)
class Fault:
    """What goes wrong in a child.

    Attributes:
        kind: "count" counts the calls that change the file system; "kill" ends the process before the call
            of that number; "full" refuses from that one on whatever takes room; "read-only" refuses all.
        at: the call's number, from 1.
    """

    kind: Literal["count", "kill", "full", "read-only"] = "count"
    at: int = 1


@dataclass(frozen=True)
class Ended:
    """How a child ended.

    Attributes:
        code: its exit code; minus the signal's number if it was killed.
        errors: what it printed on standard error.
        calls: how many of its calls changed the file system.
    """

    code: int | None
    errors: str
    calls: int

    @property
    def refused_well(self) -> bool:
        """Whether it ended with lines for people, not with a traceback."""
        return self.code in (1, 2) and "Traceback" not in self.errors and "pareidolia: " in self.errors


class Child:
    """A command in a process of its own.

    Args:
        words: of the command.
        folder: where it runs; calls that change something below it count.
        fault: what goes wrong.
        threads: that torch computes with.
        largest_file: more bytes than that cannot be written to one file, as if the disk were full meanwhile.
    """

    def __init__(
        self,
        words: Sequence[str],
        folder: Path,
        fault: Fault | None = None,
        *,
        threads: int = 1,
        largest_file: int | None = None,
    ) -> None:
        self._calls = _CONTEXT.Value("q", 0, lock=False)
        # A pipe, which no limit to files holds up.
        self._reader, errors = _CONTEXT.Pipe(duplex=False)
        arguments = (list(words), folder, fault or Fault(), threads, largest_file, errors, self._calls)
        self._process = _CONTEXT.Process(target=_run, args=arguments)
        self._process.start()
        errors.close()
        self._errors = bytearray()
        self._reading = threading.Thread(target=self._read, daemon=True)
        self._reading.start()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def wait(self, seconds: float = _SECONDS) -> Ended:
        """How it ended; one that takes longer is killed, its code is None then."""
        self._process.join(seconds)
        late = self._process.is_alive()
        if late:
            self.kill()
            self._process.join()
        self._reading.join(_SECONDS_TO_READ)
        errors = self._errors.decode(errors="replace")
        return Ended(None if late else self._process.exitcode, errors, self._calls.value)

    def _read(self) -> None:
        while some := os.read(self._reader.fileno(), 65536):
            self._errors += some
        self._reader.close()


def run(words: Sequence[str], folder: Path, fault: Fault | None = None, **how: Any) -> Ended:
    """Run a command to its end; the arguments are those of `Child`."""
    return Child(words, folder, fault, **how).wait()


def _run(
    words: list[str],
    folder: Path,
    fault: Fault,
    threads: int,
    largest_file: int | None,
    errors: Connection,
    calls: Any,
) -> None:
    import torch

    from pareidolia.cli import main
    from pareidolia.painting import Checkpoint

    with errors, Path(os.devnull).open("w") as nowhere:
        os.dup2(errors.fileno(), 2)
        os.dup2(nowhere.fileno(), 1)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)  # the old one believes in a file to seek in
    Checkpoint.__init__.__defaults__ = (0.0,)  # after every step, so that there is one soon
    torch.set_num_threads(threads)
    os.chdir(folder)
    _watch(folder, fault, calls)
    if largest_file is not None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
    sys.exit(main(words))


def _watch(folder: Path, fault: Fault, calls: Any) -> None:
    """Count the calls that change something in `folder`, and let them fail as the fault wants it."""
    root = str(folder)
    guard = threading.Lock()

    def on_change(taking_room: bool) -> None:
        with guard:
            calls.value += 1
            number = calls.value
        if fault.kind == "kill" and number == fault.at:
            os.kill(os.getpid(), signal.SIGKILL)
        if fault.kind == "full" and number >= fault.at and taking_room:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        if fault.kind == "read-only":
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    def heard(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = arguments
            changes = bool(flags & _CHANGING) or (isinstance(mode, str) and set(mode) & set("wax+"))
        else:
            changes = event in _CHANGES
            path = arguments[0] if arguments else None
        if changes and isinstance(path, str | bytes | os.PathLike):
            place = os.path.join(root, os.fsdecode(path))  # noqa: PTH118 (called for every file opened)
            if place.startswith(root) and "__pycache__" not in place:
                on_change(event in ("open", "os.mkdir"))

    sync = os.fsync

    def synced(descriptor: int) -> None:
        on_change(True)
        sync(descriptor)

    os.fsync = synced
    sys.addaudithook(heard)
