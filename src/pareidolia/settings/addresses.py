"""Addresses in a network: `layer`, `layer:channel`, `layer:channel@row,column`, `class:NAME`."""

import re
from dataclasses import dataclass

from pareidolia.settings.errors import PareidoliaError

_UNIT = re.compile(r"(?P<layer>[^:@]+)(:(?P<channel>\d+)(@(?P<row>\d+),(?P<column>\d+))?)?")


@dataclass(frozen=True)
class Unit:
    """A layer, a channel of it, or one position of a channel; what is None is not restricted."""

    layer: str
    channel: int | None = None
    position: tuple[int, int] | None = None

    def __str__(self) -> str:
        channel = "" if self.channel is None else f":{self.channel}"
        position = "" if self.position is None else f"@{self.position[0]},{self.position[1]}"
        return f"{self.layer}{channel}{position}"


@dataclass(frozen=True)
class ClassName:
    """A class of the network's output, by name or number as the user wrote it."""

    name: str

    def __str__(self) -> str:
        return f"class:{self.name}"


def parse_address(text: str) -> Unit | ClassName:
    """Read `layer`, `layer:channel`, `layer:channel@row,column` or `class:NAME-or-number`.

    Raises PareidoliaError where the text has none of these forms.
    """
    if text.startswith("class:") and len(text) > len("class:"):
        return ClassName(text.removeprefix("class:"))
    match = _UNIT.fullmatch(text)
    if match is None:
        raise PareidoliaError(
            f"'{text}' is not an address: write layer, layer:channel, layer:channel@row,column or class:NAME"
        )
    channel = None if match["channel"] is None else int(match["channel"])
    position = None if match["row"] is None else (int(match["row"]), int(match["column"]))
    return Unit(match["layer"], channel, position)
