"""Numbers of units as the user writes them: `12`, `0-63`, several with spaces or commas between."""

import re
from collections.abc import Sequence

from pareidolia.settings.errors import PareidoliaError

_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")


def read_numbers(texts: Sequence[str], count: int, layer: str, what: str = "unit") -> tuple[int, ...]:
    """Read numbers of units.

    Args:
        texts: `12`, `0-63` and the like.
        count: the number of units.
        layer: their layer, for errors.
        what: what a unit is called in errors.

    Returns:
        The numbers, each once, in the order given.

    Raises:
        PareidoliaError: If a text cannot be read, a range falls, or there is no such unit.
    """
    numbers: dict[int, None] = {}
    for text in (part.strip() for each in texts for part in each.split(",")):
        match = _RANGE.fullmatch(text)
        if match is None:
            raise PareidoliaError(f"'{text}' names no {what}s: write 12, or 0-63")
        first, last = int(match[1]), int(match[2] or match[1])
        if last < first:
            raise PareidoliaError(f"'{text}' names no {what}s: the first is larger than the last")
        if last >= count:
            raise PareidoliaError(f"layer '{layer}' has {what}s 0 to {count - 1}, there is no {last}")
        numbers |= dict.fromkeys(range(first, last + 1))
    return tuple(numbers)
