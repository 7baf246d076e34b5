"""Text as pictures: wrapped, centred, on the colour of the paper."""

import unicodedata
from functools import cache

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

_INK = 0.13
# What Pillow's own font has beyond ASCII, and how to write some signs that it lacks.
_DRAWABLE = "°·±…‘’“”«»"
_SPELLED = {
    "×": "x",
    "−": "-",
    "–": "-",
    "—": "-",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "∞": "inf",
    "⁄": "/",
    "ß": "ss",
}


class Writer:
    """Writes in Pillow's own font, dark on paper of the given grey value, at `size` pixels."""

    def __init__(self, size: int, paper: float) -> None:
        self.size = size
        self.paper = paper

    def write(
        self, text: str, width: int, *, bold: bool = False, scale: float = 1.0, centered: bool = True
    ) -> Tensor:
        """The text as a block 3×h×w, wrapped at `width` pixels, or wider where that is unreadably narrow.

        Blocks of equally many lines are equally high; no text is a block of height 0.
        """
        if not text.strip():
            return torch.zeros(3, 0, 0)
        font = _font(round(self.size * scale))
        room = max(width, 9 * self.size)
        lines = wrap(spelled(text), font, room)
        ascent, descent = font.getmetrics()
        height = ascent + descent
        wide = max(1, *(round(font.getlength(line)) + 2 for line in lines))
        mask = Image.new("L", (wide, height * len(lines)))
        draw = ImageDraw.Draw(mask)
        for number, line in enumerate(lines):
            left, anchor = (wide / 2, "ma") if centered else (0, "la")
            draw.text((left, number * height), line, 255, font, anchor, stroke_width=0.3 if bold else 0)
        cover = torch.from_numpy(np.array(mask)).float() / 255
        return (self.paper + (_INK - self.paper) * cover).expand(3, -1, -1)


def spelled(text: str) -> str:
    """The text in letters that the font has: accents dropped, Greek letters by name, the unknown as `?`."""
    return "".join(_spelled(letter) for letter in text)


def _spelled(letter: str) -> str:
    if letter.isascii() or letter in _DRAWABLE:
        return letter
    if letter in _SPELLED:
        return _SPELLED[letter]
    name = unicodedata.name(letter, "")
    if name.startswith("GREEK"):
        return name.split(" WITH ")[0].split()[-1].lower()
    plain = "".join(_SPELLED.get(part, part) for part in unicodedata.normalize("NFKD", letter))
    return plain.encode("ascii", "ignore").decode() or "?"


def wrap(text: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Break text into lines at most `width` pixels wide: between words, within a word only where it must."""
    lines: list[str] = []
    for paragraph in text.splitlines():
        line = ""
        for word in paragraph.split():
            joined = f"{line} {word}".strip()
            if font.getlength(joined) <= width:
                line = joined
                continue
            lines += [line] if line else []
            line = word
            while font.getlength(line) > width and len(line) > 1:
                taken = _longest_start(line, font, width)
                lines.append(line[:taken])
                line = line[taken:]
        lines.append(line)
    return lines


def _longest_start(word: str, font: ImageFont.FreeTypeFont, width: float) -> int:
    """How many characters of `word`, at least one, fit into `width`."""
    return next((n for n in range(len(word) - 1, 1, -1) if font.getlength(word[:n]) <= width), 1)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(
        font, ImageFont.FreeTypeFont
    )  # Pillow's wheels have FreeType; without it this cannot scale.
    return font
