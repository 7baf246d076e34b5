"""Fonts for captions: Pillow's own; for letters that it lacks, matplotlib's DejaVu and the system's."""

import os
import sys
from collections.abc import Iterator
from functools import cache
from itertools import groupby, islice
from pathlib import Path

from PIL import ImageFont

from pareidolia.safety import expanded
from pareidolia.settings.extras import installed_folder

#: What Pillow's own font has beyond ASCII.
PLAIN = "°·±…‘’“”«»"
# DejaVu's letters are larger at the same size than those of Pillow's font.
_SCALE = 0.92
_ENDINGS = (".ttf", ".otf", ".ttc")
# Fonts that have most of the world's letters, by parts of their files' names: they are asked first.
_WIDE: tuple[str, ...] = (
    "dejavusans.",
    "cjk",
    "wqy",
    "msyh",
    "yahei",
    "simhei",
    "simsun",
    "pingfang",
    "hiragino",
    "stheiti",
)
_WIDE += ("gothic", "malgun", "droidsansfallback", "arialuni", "unifont", "notosans-regular", "segoeui.")
# Fonts of boxes and blanks, which claim to have every letter.
_EMPTY = ("lastresort", "adobeblank")
_MOST_ASKED = 400
_ASKED_AT = 24
# A place of no letter, for which every font draws its sign for "I have none".
_NO_LETTER = "\U0010fffd"


class Face:
    """Text at a size in pixels, each word in the first font that has its letters."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.plain = _plain(size)

    def getlength(self, text: str) -> float:
        """The width of a line, in pixels."""
        return sum(font.getlength(run) for run, font in self.runs(text))

    def runs(self, text: str) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
        """The line in parts, each with the font that it is drawn in."""
        words = [(word, _files_of(word)) for word in _words(text)]
        pairs = [(letter, file) for word, files in words for letter, file in zip(word, files, strict=True)]
        for file, run in groupby(pairs, key=lambda pair: pair[1]):
            font = self.plain if file is None else _font(file, max(1, round(_SCALE * self.size)))
            yield "".join(letter for letter, _ in run), font


def can_draw(letter: str) -> bool:
    """Whether any font here has the letter."""
    return _is_plain(letter) or font_with(letter) is not None


@cache
def font_with(letters: str) -> Path | None:
    """The file of the first font beside Pillow's own that has all these letters."""
    return next((path for path in _files() if _has(path, letters)), None)


def _is_plain(text: str) -> bool:
    return all(letter.isascii() or letter in PLAIN for letter in text)


def _words(text: str) -> Iterator[str]:
    """The text cut before each space."""
    start = 0
    for at in (index for index, letter in enumerate(text) if letter == " " and index):
        yield text[start:at]
        start = at
    yield text[start:]


@cache
def _files_of(word: str) -> tuple[Path | None, ...]:
    """The font file of each letter: the same for all where one has them all; None is Pillow's own font."""
    if _is_plain(word):
        return (None,) * len(word)
    whole = font_with(word.strip())
    return (
        tuple(None if _is_plain(letter) else font_with(letter) for letter in word)
        if whole is None
        else (whole,) * len(word)
    )


def _has(path: Path, letters: str) -> bool:
    return all(letter == " " or _draws(path, letter) for letter in letters)


@cache
def _draws(path: Path, letter: str) -> bool:
    """Whether the font has a letter: it draws something, and not what it draws for letters that it lacks."""
    try:
        font = _font(path, _ASKED_AT)
        drawn = font.getmask(letter)
        lacking = _lacking(path)
    except (OSError, ValueError):  # a broken file, or a font of pictures of one size
        return False
    return (drawn.size, bytes(drawn)) != lacking and any(bytes(drawn))


@cache
def _lacking(path: Path) -> tuple[tuple[int, int], bytes]:
    drawn = _font(path, _ASKED_AT).getmask(_NO_LETTER)
    return drawn.size, bytes(drawn)


@cache
def _files() -> tuple[Path, ...]:
    """The font files here, those with the most letters first; matplotlib's come before the system's."""
    matplotlib = installed_folder("matplotlib")
    shipped = [] if matplotlib is None else [matplotlib / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"]
    found = sorted({path for folder in _folders() for path in _below(folder)}, key=_rank)
    return tuple(islice((path for path in (*shipped, *found) if path.is_file()), _MOST_ASKED))


def _rank(path: Path) -> tuple[int, bool, str]:
    name = path.name.lower()
    wide = next((place for place, part in enumerate(_WIDE) if part in name), len(_WIDE))
    slanted = any(part in name for part in ("bold", "italic", "oblique", "light", "black", "mono", "thin"))
    return wide, slanted, str(path)


def _below(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            if name.lower().endswith(_ENDINGS) and not any(part in name.lower() for part in _EMPTY):
                yield Path(place, name)


def _folders() -> list[Path]:
    """Where the system keeps fonts."""
    home = expanded("~")
    if sys.platform == "win32":
        return [
            Path(os.environ.get("WINDIR", r"C:\Windows"), "Fonts"),
            Path(os.environ.get("LOCALAPPDATA", home), "Microsoft", "Windows", "Fonts"),
        ]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), Path(home, "Library", "Fonts")]
    shared = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    own = os.environ.get("XDG_DATA_HOME") or Path(home, ".local", "share")
    return [Path(each, "fonts") for each in (own, *shared.split(":"))] + [Path(home, ".fonts")]


@cache
def _font(path: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(path), size)


@cache
def _plain(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    # Pillow's wheels have FreeType; without it this cannot scale.
    assert isinstance(font, ImageFont.FreeTypeFont)
    return font
