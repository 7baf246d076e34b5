"""What a case came to, and the bounds that every case in this process is held to."""

import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

from pareidolia.settings import PareidoliaError

SECONDS, BYTES = 10.0, 2**30
_WAITING = 6
"""As many times the seconds by the clock: what waits for something takes none of the processor's."""
_LONGEST = 20_000
"""Letters of a refusal, which may hold a long word that was given."""


@dataclass(frozen=True)
class Outcome:
    """A case that was tried.

    Attributes:
        case: enough words to try it again, with the seed.
        lost: what is wrong; empty if it is right.
    """

    case: str
    lost: str = ""


class TooLong(BaseException):
    """A case took more than its time; no `except Exception` takes it for something else."""


def tried(case: str, work: Callable[[], Any], accepts: tuple[type[BaseException], ...] = ()) -> Outcome:
    """Try a case: right is a result, or a refusal in one line, within the bounds.

    Args:
        case: its name.
        work: what is tried; what is wrong with its result it raises as AssertionError.
        accepts: errors that are as good as a `PareidoliaError`.

    Returns:
        What it came to.
    """
    try:
        with _bounded():
            work()
    except (PareidoliaError, *accepts) as error:
        text = str(error) if isinstance(error, PareidoliaError) else type(error).__name__
        return Outcome(case, "" if text and len(text) < _LONGEST else f"refused with {len(text)} letters")
    except TooLong:
        return Outcome(case, f"longer than {SECONDS:g} s")
    except (Exception, SystemExit) as error:  # whatever escapes is what is looked for
        return Outcome(case, f"{type(error).__name__}: {error}"[:200])
    return Outcome(case)


@contextmanager
def _bounded() -> Iterator[None]:
    """At most `SECONDS` of the processor, and `BYTES` more of address space than there are."""

    def late(number: int, frame: FrameType | None) -> None:
        raise TooLong

    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (_taken() + BYTES, before[1]))
    timers = {signal.SIGPROF: signal.ITIMER_PROF, signal.SIGALRM: signal.ITIMER_REAL}
    handlers = {number: signal.signal(number, late) for number in timers}
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    signal.setitimer(signal.ITIMER_REAL, SECONDS * _WAITING)
    try:
        yield
    finally:
        for number, timer in timers.items():
            signal.setitimer(timer, 0)
            signal.signal(number, handlers[number])
        resource.setrlimit(resource.RLIMIT_AS, before)


def _taken() -> int:
    """Bytes of this process's address space (Linux; elsewhere the bound is looser)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except OSError:
        return 2**34
    return pages * resource.getpagesize()
