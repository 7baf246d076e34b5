"""Two processes that write in one place: each is through or refused by a line, and nothing is mixed."""

import random
import time
from collections.abc import Iterator
from pathlib import Path

from reliability.children import Child, run
from reliability.long_operations import LongOperation, available, fresh, laid_out, made
from reliability.outcome import Outcome

_MOMENTS = 4
_MANY = ("patches", "style, a folder")
"""Operations of which several results, or an index, lie in one place: each file is one's or the other's."""
_UNSEEDED = ("brush video", "style, a folder")


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Start each long operation twice, with two seeds, the second a moment later.

    Args:
        seed: of the moments.
        share: how much is tried of four moments, with and without --overwrite, of each operation.
        folder: to work in.

    Yields:
        A case for each pair.
    """
    inputs, place = laid_out(folder)
    chance = random.Random(seed)
    for name, operation in available().items():
        other = () if name in _UNSEEDED else ("--seed", "5")
        wanted, seconds = [], 0.0
        for more in ((), other):
            fresh(place, inputs)
            began = time.monotonic()
            run((*operation.command, *more), place)
            seconds = time.monotonic() - began
            wanted.append(made(place, inputs))
        for overwrite in ((), ("--overwrite",)):
            for _ in range(max(1, round(share * _MOMENTS / 2))):
                moment = chance.uniform(0, seconds)
                lost = _pair(operation, (*other, *overwrite), moment, place, inputs, wanted, name in _MANY)
                yield Outcome(f"{name} {' '.join(overwrite)}, {moment:.3f} s later", lost)


def _pair(
    operation: LongOperation,
    more: tuple[str, ...],
    moment: float,
    place: Path,
    inputs: Path,
    wanted: list[dict[str, str]],
    many: bool,
) -> str:
    """What is wrong with two at once."""
    fresh(place, inputs)
    first = Child(operation.command, place)
    time.sleep(moment)
    second = Child((*operation.command, *more), place)
    ended = [first.wait(), second.wait()]
    wrong = [each for each in ended if each.code != 0 and not each.refused_well]
    if wrong:
        return f"exit {wrong[0].code}: {wrong[0].errors[-200:]}"
    found = made(place, inputs)
    if all(each.code for each in ended) and not (many and found.keys() == wanted[0].keys()):
        return "both were refused"
    if many:
        strange = [key for key in found if found[key] not in (each.get(key) for each in wanted)]
        return f"of neither {strange}" if strange else ""
    if found in wanted:
        return ""
    other = [key for key in found.keys() | wanted[0].keys() if found.get(key) != wanted[0].get(key)]
    return f"neither the one's nor the other's: {sorted(other)}"
