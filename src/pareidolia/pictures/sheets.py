"""Sheets of captioned pictures: a grid of rows of pictures, each with a row of captions under it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor

from pareidolia.pictures.color import over_white
from pareidolia.pictures.resizing import fit, resize_picture
from pareidolia.pictures.text import Writer
from pareidolia.settings import BadPicture

# Not quite white, so that white pictures (attribution maps, ink) keep their edges.
PAPER = 0.965
_EMPTY = torch.zeros(3, 0, 0)


def sheet(
    pictures: Iterable[tuple[Tensor, str]],
    columns: int,
    *,
    title: str = "",
    column_titles: Sequence[str] = (),
    row_titles: Sequence[str] = (),
    enlarge: int = 1,
    longer_side: int | None = None,
    text_size: int | None = None,
) -> Tensor:
    """Lay captioned pictures out row by row on near-white paper.

    Args:
        pictures: pairs of a picture 1×1, 1×3 or 1×4×h×w in [0, 1] (sizes may differ) and its caption.
        columns: pictures a row; the last row may be shorter.
        title: written above everything.
        column_titles: written above the columns.
        row_titles: written left of the rows.
        enlarge: each pixel becomes a square this wide, so that tiny pictures (filters, digits) stay sharp.
        longer_side: shrinks (never enlarges) larger pictures to this many pixels; None leaves all as they
            are.
        text_size: height of the captions in pixels; None suits the widest picture.

    Returns:
        1×3×H×W in [0, 1].

    Raises:
        BadPicture: If there is no picture, a picture has a wrong shape, or a number is out of range.
    """
    prepared = [(_prepared(picture, enlarge, longer_side), caption) for picture, caption in pictures]
    if not prepared or columns < 1:
        raise BadPicture(
            f"a sheet needs a picture and a column, not {len(prepared)} pictures in {columns} columns"
        )
    rows = [prepared[start : start + columns] for start in range(0, len(prepared), columns)]
    columns = min(columns, len(prepared))
    widest = max(picture.shape[2] for picture, _ in prepared)
    writer = Writer(text_size or min(24, max(13, widest // 22)), PAPER)

    widths = [max(row[column][0].shape[2] for row in rows if column < len(row)) for column in range(columns)]
    heading = _titles(column_titles, columns, "columns")
    beside = _titles(row_titles, len(rows), "rows")

    gap = writer.size
    lines = []
    if any(heading):
        words = [writer.write(text, width, bold=True) for text, width in zip(heading, widths, strict=True)]
        lines.append(_Line([_EMPTY, *words], rise=1, gap=gap // 2))
    for name, row in zip(beside, rows, strict=True):
        words = [writer.write(caption, width) for (_, caption), width in zip(row, widths, strict=False)]
        left = writer.write(name, 0, bold=True)
        captioned = any(word.numel() for word in words)
        # Captions come close to their picture; the next row of pictures keeps its distance.
        below = gap // 2 if captioned else gap
        lines.append(_Line([left, *(picture for picture, _ in row)], rise=1, gap=below, first_rise=0.5))
        if captioned:
            lines.append(_Line([_EMPTY, *words], rise=0, gap=gap))
    return _drawn(lines, title, writer)


def _titles(given: Sequence[str], count: int, what: str) -> list[str]:
    if len(given) > count:
        raise BadPicture(f"this sheet has {count} {what}, but {len(given)} titles for them")
    return [*given, *[""] * (count - len(given))]


@dataclass
class _Line:
    """Blocks 3×h×w side by side, and the gap below them.

    `rise` is the place of each block in a line higher than itself: 0 at the top, 1 at the bottom.
    """

    blocks: list[Tensor]
    rise: float
    gap: int
    first_rise: float | None = None

    @property
    def height(self) -> int:
        return max(block.shape[1] for block in self.blocks)

    @property
    def rises(self) -> list[float]:
        first = self.rise if self.first_rise is None else self.first_rise
        return [first, *[self.rise] * (len(self.blocks) - 1)]


def _drawn(lines: list[_Line], title: str, writer: Writer) -> Tensor:
    """Lines below the title; each column is as wide as its widest block, each block centred in its column."""
    margin, gap = 2 * writer.size, writer.size
    columns = max(len(line.blocks) for line in lines)
    widths = [
        max(line.blocks[column].shape[2] for line in lines if column < len(line.blocks))
        for column in range(columns)
    ]
    lefts = _starts(margin, widths, [gap] * columns)
    right = lefts[-1] + widths[-1]
    head = writer.write(title, right - margin, bold=True, scale=1.5, centered=False)
    right = max(right, margin + head.shape[2])
    heights = [line.height for line in lines]
    tops = _starts(
        margin + (head.shape[1] + gap if head.numel() else 0), heights, [line.gap for line in lines]
    )

    paper = torch.full((3, tops[-1] + heights[-1] + margin, right + margin), PAPER)
    _paste(paper, head, margin, margin)
    for line, top in zip(lines, tops, strict=True):
        for block, rise, left, width in zip(line.blocks, line.rises, lefts, widths, strict=False):
            down = round((line.height - block.shape[1]) * rise)
            _paste(paper, block, top + down, left + (width - block.shape[2]) // 2)
    return paper[None]


def _starts(first: int, sizes: list[int], gaps: list[int]) -> list[int]:
    """Where each of the sizes starts when they follow one another; an empty one takes no gap either."""
    steps = [size + gap if size else 0 for size, gap in zip(sizes, gaps, strict=True)]
    return list(accumulate(steps, initial=first))[:-1]


def _paste(paper: Tensor, block: Tensor, top: int, left: int) -> None:
    paper[:, top : top + block.shape[1], left : left + block.shape[2]] = block


def _prepared(picture: Tensor, enlarge: int, longer_side: int | None) -> Tensor:
    """A picture as 3×h×w in [0, 1], at the size it is shown at."""
    if picture.ndim != 4 or picture.shape[0] != 1 or picture.shape[1] not in (1, 3, 4) or enlarge < 1:
        raise BadPicture(
            f"a sheet shows pictures 1×1, 1×3 or 1×4×height×width, enlarged 1 or more times, "
            f"not {'×'.join(map(str, picture.shape))}, {enlarge} times"
        )
    picture = over_white(picture.detach().to("cpu", torch.float32)).expand(-1, 3, -1, -1).clamp(0, 1)
    height, width = picture.shape[-2:]
    if longer_side is not None and max(height, width) > longer_side:
        picture = resize_picture(picture, fit((height, width), longer_side))
    return picture[0].repeat_interleave(enlarge, dim=1).repeat_interleave(enlarge, dim=2)
