"""SIGKILL at random moments, and at every call that changes the file system, then resumed to the end."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

from reliability.children import Child, Ended, Fault, run
from reliability.long_operations import LongOperation, available, fresh, laid_out, made
from reliability.outcome import Outcome

_RANDOM = 20
_MOST_ATTEMPTS = 4


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Kill each long operation, go on with it, and compare with a run that nobody killed.

    Args:
        seed: of the moments.
        share: how much is tried of 20 moments and of all calls, of each operation.
        folder: to work in.

    Yields:
        A case for each kill.
    """
    inputs, place = laid_out(folder)
    chance = random.Random(seed)
    for name, operation in available().items():
        fresh(place, inputs)
        began = time.monotonic()
        whole = run(operation.command, place, Fault("count"))
        seconds = time.monotonic() - began
        if whole.code != 0:
            yield Outcome(f"{name}, not killed", f"exit {whole.code}: {whole.errors[-200:]}")
            continue
        wanted = made(place, inputs)
        calls = range(1, whole.calls + 1)
        chosen = chance.sample(calls, max(1, round(share * len(calls))))
        for number in sorted(chosen):
            fresh(place, inputs)
            run(operation.command, place, Fault("kill", number))
            yield _gone_on(f"{name}, call {number} of {whole.calls}", operation, place, inputs, wanted)
        for _ in range(round(share * _RANDOM)):
            moment = chance.uniform(0, seconds)
            fresh(place, inputs)
            _killed_after(moment, operation, place)
            yield _gone_on(f"{name}, after {moment:.3f} s", operation, place, inputs, wanted)


def _killed_after(seconds: float, operation: LongOperation, place: Path) -> None:
    child = Child(operation.command, place)
    time.sleep(seconds)
    child.kill()
    child.wait()


def _gone_on(
    case: str, operation: LongOperation, place: Path, inputs: Path, wanted: dict[str, str]
) -> Outcome:
    """What the operation, gone on with, made of what the kill left."""
    ended = _resumed(operation, place)
    if ended.code != 0 and not _is_done(ended):
        return Outcome(case, f"does not go on: exit {ended.code}: {ended.errors[-200:]}")
    found = made(place, inputs)
    strays = sorted(found.keys() - wanted.keys())
    other = sorted(name for name in wanted if found.get(name) != wanted[name])
    lost = [f"strays {strays}"] if strays else []
    return Outcome(case, "; ".join([*lost, f"not the same {other}"] if other else lost))


def _resumed(operation: LongOperation, place: Path) -> Ended:
    """Started again as its own error says, until it is through."""
    ended = run(operation.going_on, place)
    for _ in range(_MOST_ATTEMPTS):
        if ended.code == 0 or _is_done(ended) or "--resume" not in ended.errors:
            break
        ended = run(operation.command, place)
    return ended


def _is_done(ended: Ended) -> bool:
    """Whether it refused because the result is there: the kill came after it."""
    return ended.code == 2 and "exists already" in ended.errors
