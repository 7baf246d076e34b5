"""Text of files and file names, made fit to print: a terminal obeys control characters."""

import unicodedata

# Control characters, marks that turn the direction of text round, and halves of characters that no file name
# in UTF-8 has.
_OBEYED = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))
_HARMLESS = frozenset("\n\t\u200c\u200d\u00ad")


def printable(text: str) -> str:
    r"""The text with what a terminal obeys, and what cannot be encoded, written as escapes: "\x1b[31m"."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(letter) for letter in text)


def _shown(letter: str) -> str:
    if letter in _HARMLESS or unicodedata.category(letter) not in _OBEYED:
        return letter
    return letter.encode("unicode_escape", "surrogatepass").decode("ascii")
