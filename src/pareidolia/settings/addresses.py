"""Addresses in a network: `layer`, `layer:channel`, `layer:channel@row,column`, `class:NAME`.

In place of row and column stand also `middle` and `strongest`; these two go with a layer alone too. Within
a layer that is named already, `12`, `12@3,4`, `12@strongest` and `strongest` are the addresses without it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from pareidolia.settings.errors import BadSetting, PareidoliaError

Position = tuple[int, int] | Literal["middle", "strongest"]
"""Row and column of a map, its middle, or where it is strongest."""

_WORD = r"middle|strongest"
_PLACE = rf"@(?P<place>\d+,\d+|{_WORD})"
_CHANNEL = rf"(?P<channel>\d+)({_PLACE})?"
_UNIT = re.compile(rf"(?P<layer>[^:@]+)(:{_CHANNEL}|@(?P<word>{_WORD}))?")
_WITHIN = re.compile(rf"{_CHANNEL}|@?(?P<word>{_WORD})")


@dataclass(frozen=True)
class Unit:
    """A layer, a channel of it, or one position of a channel.

    Attributes:
        layer: its name.
        channel: its number; None stands for all.
        position: row and column; None stands for all.
    """

    layer: str
    channel: int | None = None
    position: Position | None = None

    def __str__(self) -> str:
        channel = "" if self.channel is None else f":{self.channel}"
        if self.position is None:
            return f"{self.layer}{channel}"
        words = self.position if isinstance(self.position, str) else "{},{}".format(*self.position)
        return f"{self.layer}{channel}@{words}"

    def check(self, shape: Sequence[int]) -> None:
        """Check that a layer has this unit.

        Args:
            shape: of the layer's output for one picture, C or C×H×W.

        Raises:
            PareidoliaError: If there is no such channel, or no such position.
        """
        if self.channel is not None:
            check_channel(self.channel, shape[0] if shape else 0, self.layer)
        if not isinstance(self.position, tuple):
            return
        if len(shape) != 3:
            raise PareidoliaError(f"layer '{self.layer}' has no rows and columns: leave out the position")
        if any(place >= length for place, length in zip(self.position, shape[1:], strict=True)):
            row, column = self.position
            raise PareidoliaError(
                f"layer '{self.layer}' has {shape[1]} rows and {shape[2]} columns here, "
                f"there is no position {row},{column}"
            )


@dataclass(frozen=True)
class ClassName:
    """A class of the network's output, by name or number as the user wrote it."""

    name: str

    def __str__(self) -> str:
        return f"class:{self.name}"


def parse_address(text: str) -> Unit | ClassName:
    """Read an address.

    Args:
        text: `layer`, `layer:channel`, `layer:channel@row,column` or `class:NAME-or-number`.

    Returns:
        The unit or class.

    Raises:
        PareidoliaError: If the text has none of these forms.
    """
    if text.startswith("class:") and len(text) > len("class:"):
        return ClassName(text.removeprefix("class:"))
    match = _UNIT.fullmatch(text)
    if match is None:
        raise BadSetting(
            f"'{text}' is not an address: write layer, layer:channel, layer:channel@row,column or class:NAME"
        )
    return _unit(match["layer"], match)


def parse_unit(given: str | int | Unit, layer: str) -> Unit:
    """Read a unit of a layer.

    Args:
        given: `12`, `12@3,4`, `12@middle`, `12@strongest`, `strongest`, a number, or a unit.
        layer: the layer.

    Returns:
        The unit.

    Raises:
        PareidoliaError: If it has none of these forms, or is a unit of another layer.
    """
    if isinstance(given, Unit):
        if given.layer != layer:
            raise BadSetting(f"{given} is not a unit of layer '{layer}'")
        return given
    match = _WITHIN.fullmatch(str(given).strip())
    if match is None:
        raise BadSetting(
            f"'{given}' is not a unit: write a channel (12), a position (12@3,4), 12@strongest, or strongest"
        )
    return _unit(layer, match)


def check_channel(channel: int, count: int, layer: str, what: str = "channel") -> None:
    """Check that a layer has a channel.

    Args:
        channel: its number.
        count: how many the layer has.
        layer: name of the layer.
        what: the layer has `count` of.

    Raises:
        PareidoliaError: If it has not; names the channels that there are.
    """
    if not 0 <= channel < count:
        raise PareidoliaError(
            f"layer '{layer}' has {what}s 0 to {count - 1}, there is no {what} {channel}"
            if count
            else f"layer '{layer}' has no {what}s"
        )


def _unit(layer: str, match: re.Match[str]) -> Unit:
    channel = None if match["channel"] is None else int(match["channel"])
    place = match["place"] or match["word"]
    if place is None:
        return Unit(layer, channel)
    if place == "middle":
        return Unit(layer, channel, "middle")
    if place == "strongest":
        return Unit(layer, channel, "strongest")
    row, column = (int(number) for number in place.split(","))
    return Unit(layer, channel, (row, column))
