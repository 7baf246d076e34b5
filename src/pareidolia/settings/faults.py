"""What pydantic finds wrong with values, in one line."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import ValidationError

from pareidolia.settings.errors import nearest

#: Letters of a value that are shown.
_LONGEST = 100


def in_one_line(error: ValidationError, known: Iterable[str] = ()) -> str:
    """What is wrong, each with the place where it is.

    Args:
        error: what pydantic raised.
        known: names of the fields; of one that there is not, the nearest of these are named.

    Returns:
        The line, without a full stop.
    """
    return "; ".join(dict.fromkeys(_fault(each, known) for each in error.errors()))


def _fault(part: Mapping[str, Any], known: Iterable[str]) -> str:
    place = ".".join(map(str, part["loc"]))
    if part["type"] == "extra_forbidden":
        near = " or ".join(nearest(place, known))
        return f"there is no '{place}'" + (f"; did you mean {near}?" if near else "")
    reason = str(part["msg"]).removeprefix("Value error, ")
    given = repr(part["input"])
    shown = given if len(given) <= _LONGEST else f"{given[: _LONGEST - 1]}…"
    return f"{place}: {reason}, not {shown}" if place else reason
