"""Class names: read from a file, and found by text."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from pareidolia.safety import expanded, folded, read_text
from pareidolia.settings import BadNetwork, PareidoliaError, UnknownName

_SHOWN = 6
_NUMBERED = re.compile(r"(\d+)\s*[,;:\t]\s*(\S.*)")


def read_classes(path: Path) -> tuple[str, ...]:
    """The class names in a text file, in the order of the network's outputs.

    One a line; a list in JSON; or with the number of the output: "0,cat" a line, or {"0": "cat"} or {"0":
    ["n02123045", "cat"]} in JSON, as torchvision's and Keras's lists have it.

    Args:
        path: of the file, in UTF-8, with or without a byte-order mark.

    Returns:
        The names.

    Raises:
        BadNetwork: it cannot be read, holds no names, or numbers them otherwise than from 0 on.
    """
    text = read_text(path, BadNetwork, "a file of class names")
    names = _from_json(text, path) or _from_lines([line.strip() for line in text.splitlines()], path)
    if not names or not all(names):
        raise BadNetwork(f"{path} must hold one class name a line, and no empty line")
    return names


def _from_json(text: str, path: Path) -> tuple[str, ...] | None:
    """The names in a list or by number in JSON; None where the text is neither."""
    if not text.lstrip().startswith(("[", "{")):
        return None
    try:
        held = json.loads(text)
    except ValueError:
        return None
    if isinstance(held, dict):
        last = {key: each[-1] if isinstance(each, list) and each else each for key, each in held.items()}
        if not all(key.isdecimal() and isinstance(each, str) for key, each in last.items()):
            return None
        return _by_number([(int(key), each) for key, each in last.items()], path)
    return tuple(held) if isinstance(held, list) and all(isinstance(each, str) for each in held) else None


def _from_lines(lines: list[str], path: Path) -> tuple[str, ...]:
    numbered = [_NUMBERED.fullmatch(line) for line in lines]
    found = [each for each in numbered if each is not None]
    if not lines or len(found) < len(lines):
        return tuple(lines)
    return _by_number([(int(each[1]), each[2]) for each in found], path)


def _by_number(numbered: list[tuple[int, str]], path: Path) -> tuple[str, ...]:
    numbered = sorted(numbered)
    if [number for number, _ in numbered] != list(range(len(numbered))):
        raise BadNetwork(f"{path} numbers its {len(numbered)} classes, but not from 0 on, each once")
    return tuple(name for _, name in numbered)


def as_classes(classes: Sequence[str] | Path | str | None) -> tuple[str, ...] | None:
    """Read class names.

    Args:
        classes: names one by one, or the path of a text file that holds them; None stays None.

    Returns:
        The names.

    Raises:
        BadNetwork: As `read_classes` raises it, or if a name is not text.
    """
    if classes is None:
        return None
    if isinstance(classes, (str, Path)):
        return read_classes(expanded(classes))
    names = tuple(classes)
    wrong = [each for each in names if not isinstance(each, str) or not each.strip()]
    if wrong or not names:
        found = f"{wrong[0]!r} is not a name" if wrong else "there are none"
        raise BadNetwork(f"classes= takes the names in the order of the outputs, or a text file: {found}")
    return names


def class_index(text: str, names: Sequence[str]) -> int:
    """Find a class by text.

    Tried in this order: a number; a whole name; a whole name in other letter case, or with accents written
    otherwise; a part of one name; one name that is, as whole words, part of the text ("tabby cat" for
    "tabby").

    Args:
        text: number, name or part of a name.
        names: the class names in the order of the network's outputs.

    Returns:
        The class's number.

    Raises:
        UnknownName: If no class fits.
        PareidoliaError: If several fit.
    """
    wanted = text.strip()
    if wanted.removeprefix("-").isdecimal():
        if not 0 <= int(wanted) < len(names):
            raise PareidoliaError(f"there is no class {wanted}: the classes are 0 to {len(names) - 1}")
        return int(wanted)
    meant = folded(wanted)
    for fits in (
        lambda name: name == wanted,
        lambda name: folded(name) == meant,
        lambda name: bool(meant) and meant in folded(name),
        lambda name: re.search(rf"\b{re.escape(folded(name))}\b", meant) is not None,
    ):
        found = [index for index, name in enumerate(names) if fits(name)]
        if found:
            return _only(found, wanted, names)
    raise UnknownName("class", wanted, names)


def _only(found: list[int], wanted: str, names: Sequence[str]) -> int:
    if len(found) == 1:
        return found[0]
    listed = ", ".join(f"{names[index]} ({index})" for index in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    raise PareidoliaError(f"'{wanted}' may be any of {listed}{more}: write the whole name or the number")
