"""Errors that a person can act on."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import ClassVar

from pareidolia.settings.installing import install_line

_LONGEST = 300
# Longer texts are a traceback of torch's, of which the first line is what happened.
_MOST_LINES = 4


class PareidoliaError(Exception):
    """Something the user can correct: what was wrong, with which file or name, and what to do next.

    The command line prints it in one line with the code of its kind, and ends with exit code 2. The code is
    the name of the class in small letters, `BadPicture.code` is "bad-picture"; `docs/errors.md` has a
    paragraph for each.
    """

    code: ClassVar[str] = "bad-request"

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        name = cls.__name__.strip("_").removesuffix("Error")
        cls.code = re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


class PareidoliaWarning(UserWarning):
    """Something that works and may not be what was meant; the command line prints it in one line."""


class BadSetting(PareidoliaError):
    """A setting has a value that it cannot have."""


class BadFile(PareidoliaError):
    """A file cannot be read: it is not there, no ordinary file, or not in the form that is needed."""


class BadTarget(PareidoliaError):
    """Where a result should go cannot take it: something is there, or the system refuses to write."""


class InUse(BadTarget):
    """Another process works at the place where a result should go."""


class BadRecord(PareidoliaError):
    """A record, a run, a collection or a checkpoint is broken, of another version, or of something else."""


class BadData(PareidoliaError):
    """Pictures to learn from are not there, too few, or not in a form that can be used."""


class NotTrusted(PareidoliaError):
    """A file names code to run, or data to fetch, and nobody trusts it."""


class BadPicture(PareidoliaError):
    """A file is not a picture, is broken, or is of a size that cannot be used."""


class BadNetwork(PareidoliaError):
    """A network cannot be found, built, or loaded with the weights chosen."""


class Unsuited(BadNetwork):
    """A method that cannot explain such a network; where all methods are asked for, it is left out."""


class UnknownName(PareidoliaError):
    """A name (of a layer, a class, an operation, ...) that does not exist; names the nearest that do."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        suggestions = nearest(name, known)
        hint = f"; did you mean {' or '.join(suggestions)}?" if suggestions else ""
        super().__init__(f"there is no {kind} '{name}'{hint}")


class MissingExtra(PareidoliaError):
    """An optional dependency is not installed; names the line that installs it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f"this needs {package}, which is not installed: {install_line(extra)}")


def check_kind(given: object, kind: type | tuple[type, ...], wanted: str) -> None:
    """Refuse an argument of another kind, as where arguments stand in another order.

    Args:
        given: the argument.
        kind: its class, or one of several.
        wanted: what it is to be, such as "the network is to be a Network".

    Raises:
        BadSetting: it is something else; names of what class it is.
    """
    if not isinstance(given, kind):
        raise BadSetting(f"{wanted}, not {type(given).__name__}")


def one_line(error: BaseException, *, named: bool = False) -> str:
    """The text of an error of somebody else's code, in one line of at most 300 characters.

    The first line of its text. Its kind stands before it where the text alone is not enough, as with a
    KeyError or with no text at all. With `named` the kind always does, and the text is whole, but for what
    torch adds about its own code.
    """
    kind = type(error).__name__
    lines = [line for line in (" ".join(each.split()) for each in str(error).splitlines()) if line]
    if named:
        first = " ".join(lines) if len(lines) < _MOST_LINES else (lines[0] if lines else "")
        first = f"{kind}: {first}"
        return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"
    first = lines[0] if lines else ""
    if not first or isinstance(error, (LookupError, TypeError, AttributeError, ImportError)):
        first = f"{kind}: {first}" if first else kind
    return first if len(first) <= _LONGEST else f"{first[: _LONGEST - 1]}…"


def nearest(name: str, known: Iterable[str], count: int = 3) -> list[str]:
    """The `count` of the `known` names most like `name`, best first."""

    def likeness(other: str) -> float:
        return SequenceMatcher(None, name.lower(), other.lower()).ratio()

    return sorted(dict.fromkeys(known), key=lambda other: (-likeness(other), other))[:count]
