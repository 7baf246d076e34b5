"""Text as pictures: wrapped, centred, on the colour of the paper."""

from typing import Protocol

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from pareidolia.pictures.fonts import PLAIN, Face, can_draw
from pareidolia.safety import spelled

_INK = 0.13


class Measures(Protocol):
    """Anything that measures a line, in pixels: a `Face`, a font of Pillow's."""

    def getlength(self, text: str, /) -> float:
        """The width of a line."""
        ...


class Writer:
    """Writes dark on paper of the given grey value, at `size` pixels."""

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
        face = Face(round(self.size * scale))
        room = max(width, 9 * self.size)
        lines = wrap(readable(text), face, room)
        ascent, descent = face.plain.getmetrics()
        height = ascent + descent
        widths = [face.getlength(line) for line in lines]
        wide = max(1, *(round(length) + 2 for length in widths))
        mask = Image.new("L", (wide, height * len(lines)))
        draw = ImageDraw.Draw(mask)
        for number, (line, length) in enumerate(zip(lines, widths, strict=True)):
            left = (wide - length) / 2 if centered else 0
            for run, font in face.runs(line):
                place = (left, number * height + ascent)
                draw.text(place, run, 255, font, "ls", stroke_width=0.3 if bold else 0)
                left += font.getlength(run)
        cover = torch.from_numpy(np.array(mask)).float() / 255
        return (self.paper + (_INK - self.paper) * cover).expand(3, -1, -1)


def readable(text: str) -> str:
    """The text in letters that some font here has; the others are spelled in Latin letters."""
    if text.isascii():
        return text
    lacking = {letter for letter in text if not letter.isascii() and not can_draw(letter)}
    return spelled(text, keep="".join(set(text) - lacking) + PLAIN) if lacking else text


def wrap(text: str, font: Measures, width: float) -> list[str]:
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


def _longest_start(word: str, font: Measures, width: float) -> int:
    """How many characters of `word`, at least one, fit into `width`."""
    return next((n for n in range(len(word) - 1, 1, -1) if font.getlength(word[:n]) <= width), 1)
