"""Numbers of units as the user writes them: `12`, `0-63`, several with spaces or commas between."""

import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Any

from pydantic import BeforeValidator

from pareidolia.settings.addresses import check_channel
from pareidolia.settings.errors import BadSetting

_RANGE = re.compile(r"(\d+)(?:\s*-\s*(\d+))?")


def as_unit_numbers(given: Any) -> Any:
    """Read units as texts.

    Args:
        given: an int, "0-15", or a sequence of these, such as `range(3)`.

    Returns:
        A tuple of texts, or None.

    Raises:
        ValueError: If something in it is neither an int nor text.
        PareidoliaError: If a text names no numbers.
    """
    if given is None:
        return None
    many = given if isinstance(given, Iterable) and not isinstance(given, str) else [given]
    return tuple(_text(each) for each in many)


UnitNumbers = Annotated[tuple[str, ...], BeforeValidator(as_unit_numbers)]
"""A settings field for units: takes 12, (1, 2), range(3), "0-15" and ("0-15", "20"); kept as texts."""


def read_numbers(texts: Sequence[str], count: int, layer: str, what: str = "channel") -> tuple[int, ...]:
    """Read numbers such as `12` and `0-63`.

    Args:
        texts: numbers and ranges, alone or with commas between.
        count: how many there are.
        layer: the layer that has them.
        what: the layer has `count` of.

    Returns:
        The numbers, each once, in their order.

    Raises:
        PareidoliaError: If a text cannot be read, a range falls, or the layer has no such number.
    """
    numbers: dict[int, None] = {}
    for text in (part.strip() for each in texts for part in each.split(",")):
        first, last = _range(text, what)
        check_channel(last, count, layer, what)
        numbers |= dict.fromkeys(range(first, last + 1))
    return tuple(numbers)


def _range(text: str, what: str) -> tuple[int, int]:
    """First and last number of `12` or `0-63`."""
    match = _RANGE.fullmatch(text)
    if match is None:
        raise BadSetting(f"'{text}' names no {what}s: write 12, or 0-63")
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise BadSetting(f"'{text}' names no {what}s: the first is larger than the last")
    return first, last


def _text(given: object) -> str:
    if isinstance(given, str):
        for part in given.split(","):
            _range(part.strip(), "channel")
        return given
    number = getattr(given, "__index__", None)  # numpy's integers and tensors of one have it too
    if number is None or isinstance(given, bool):
        raise ValueError(f"{given!r} is not a unit: write 12, (1, 2), range(3) or '0-15'")
    return str(number())
