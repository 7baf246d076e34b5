"""Letters where not all can be written: consoles of other encodings, fonts; names typed otherwise."""

import codecs
import re
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TextIO

_SIGNS = {
    "×": "x",
    "−": "-",
    "–": "-",
    "—": "-",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "∞": "inf",
    "⁄": "/",
}
# Accents by themselves, and marks that join two letters.
_SILENT = frozenset(("Mn", "Mc", "Me", "Cf"))
_GREEK = re.compile(r"[\u0370-\u03ff\u1f00-\u1fff]+")


def folded(text: str) -> str:
    """What two names have in common that people take for the same: letter case and ways to write an accent.

    Names from a Mac's disk spell й as и and a breve, typed ones do not.
    """
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def spelled(text: str, keep: str = "") -> str:
    """The text in plain ASCII that can be read.

    Accents are dropped, other scripts are written in Latin letters ("koshka"), a single Greek letter by its
    name, and halves of characters, which names of files that are not UTF-8 have, as escapes.

    Args:
        text: any.
        keep: letters beyond ASCII that stay.

    Returns:
        The text; what cannot be written at all is "?".
    """
    if text.isascii():
        return text
    named = _GREEK.sub(lambda found: _greek(found[0], keep), unicodedata.normalize("NFC", text))
    return "".join(letter if letter.isascii() or letter in keep else _spelled(letter) for letter in named)


def _greek(letters: str, keep: str) -> str:
    name = unicodedata.name(letters, "") if len(letters) == 1 and letters not in keep else ""
    return name.split(" WITH ")[0].split()[-1].lower() if " LETTER " in name else letters


def _spelled(letter: str) -> str:
    from anyascii import anyascii

    if letter in _SIGNS:
        return _SIGNS[letter]
    if unicodedata.category(letter) == "Cs":
        return letter.encode("unicode_escape", "surrogatepass").decode("ascii")
    return anyascii(letter) or ("" if unicodedata.category(letter) in _SILENT else "?")


def _as_spelled(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return spelled(error.object[error.start : error.end]), error.end


_SPELLING = "pareidolia.spelled"
codecs.register_error(_SPELLING, _as_spelled)


@contextmanager
def any_console() -> Iterator[None]:
    """Within it, standard output and error spell what their encoding (cp1252, ASCII) lacks."""
    with ExitStack() as restoring:
        for stream in (sys.stdout, sys.stderr):
            restoring.enter_context(_spelling(stream))
        yield


@contextmanager
def _spelling(stream: TextIO | None) -> Iterator[None]:
    """One stream; those that are no files, such as a notebook's, encode nothing."""
    change = getattr(stream, "reconfigure", None)
    before = getattr(stream, "errors", None)
    if change is None or before is None:
        yield
        return
    change(errors=_SPELLING)
    try:
        yield
    finally:
        if not getattr(stream, "closed", False):
            change(errors=before)
