"""Numbers of units as the user writes them: `3`, `0-15`, `0-7,12,20-24`."""

import re

from pareidolia.settings.errors import PareidoliaError

#: What `read_numbers` takes, as a pattern for a settings field.
NUMBERS = r"^\s*\d+\s*(-\s*\d+\s*)?(,\s*\d+\s*(-\s*\d+\s*)?)*$"


def read_numbers(text: str, count: int, what: str = "unit") -> tuple[int, ...]:
    """The numbers that `text` lists, in its order and each once, all below `count`.

    what: their name in an error. Raises PareidoliaError for a text of another form, a range that falls, and
    a number that is not below `count`.
    """
    if not re.match(NUMBERS, text):
        raise PareidoliaError(f"'{text}' lists no {what}s: write numbers and ranges, as in 0-7,12")
    numbers: dict[int, None] = {}
    for part in text.split(","):
        first, _, last = (each.strip() for each in part.partition("-"))
        begin, end = int(first), int(last or first)
        if end < begin:
            raise PareidoliaError(f"the range {part.strip()} ends before it begins: write {end}-{begin}")
        if end >= count:
            raise PareidoliaError(f"there is no {what} {end}: they are 0 to {count - 1}")
        numbers |= dict.fromkeys(range(begin, end + 1))
    return tuple(numbers)
