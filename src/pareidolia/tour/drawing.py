"""Drawings with numbers: grids of them, rows of grids with signs between, plots of losses."""

import math
from collections.abc import Callable, Mapping, Sequence
from html import escape

from torch import Tensor

Number = Callable[[float], str]


def whole(value: float) -> str:
    """A whole number with a true minus."""
    return f"{value:.0f}".replace("-", "−")


def number_grid(
    values: Tensor,
    title: str = "",
    *,
    marked: Tensor | None = None,
    muted: Tensor | None = None,
    number: Number = whole,
    small: bool = False,
) -> str:
    """A matrix as a table of tinted cells: warm above zero, cold below, as strong as the number.

    Args:
        values: H×W.
        title: above the table.
        marked: H×W of bool, cells to frame.
        muted: H×W of bool, cells to fade.
        number: formats a number.
        small: narrow cells, for wide matrices.

    Returns:
        HTML.
    """
    strongest = float(values.abs().max()) or 1.0
    rows = []
    for i, row in enumerate(values.tolist()):
        cells = []
        for j, value in enumerate(row):
            names = ["mark"] if marked is not None and marked[i, j] else []
            names += ["mute"] if muted is not None and muted[i, j] else []
            kind = f' class="{" ".join(names)}"' if names else ""
            cells.append(f"<td{kind}{_tint(value / strongest)}>{number(value)}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    caption = f"<caption>{escape(title)}</caption>" if title else ""
    return f'<table class="numbers{" small" if small else ""}">{caption}{"".join(rows)}</table>'


def line_of(parts: Sequence[str]) -> str:
    """Grids and signs (short plain texts) beside one another; they wrap if the page is narrow."""
    shown = [part if part.startswith("<") else f'<span class="sign">{escape(part)}</span>' for part in parts]
    return f'<div class="line">{"".join(shown)}</div>'


def figures_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of figures; cells that begin with `<` are HTML (formulas), others plain text."""

    def cell(text: str) -> str:
        return text if text.startswith("<") else escape(text)

    heading = "".join(f"<th>{cell(each)}</th>" for each in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell(each)}</td>' for each in row)}</tr>" for row in rows)
    return f'<table class="figures-table"><thead><tr>{heading}</tr></thead><tbody>{body}</tbody></table>'


def line_plot(
    series: Mapping[str, Sequence[float]], marks: Mapping[str, int], label: str, *, width: int = 960
) -> str:
    """An SVG of positive series on a logarithmic scale over their steps, with marked steps named above.

    At most four powers of ten are shown: smaller values lie on the bottom.

    Args:
        series: values by name.
        marks: steps by name.
        label: read aloud in place of the plot.
        width: in pixels.

    Returns:
        HTML.
    """
    height, left, top, bottom = 260, 70, 28, 34
    values = [value for line in series.values() for value in line if value > 0]
    high = math.ceil(math.log10(max(values)) + 1e-9)
    low = max(math.floor(math.log10(min(values))), high - 4)
    count = max(len(line) for line in series.values())

    def across(step: float) -> float:
        return left + (width - left - 10) * step / max(1, count - 1)

    def down(value: float) -> float:
        return top + (height - top - bottom) * (high - math.log10(max(value, 10.0**low))) / (high - low)

    parts = [f'<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-label="{escape(label)}">']
    for exponent in range(low, high + 1):
        y = down(10.0**exponent)
        parts.append(f'<path class="grid" d="M{left} {y:.1f}H{width - 10}"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{10.0**exponent:g}</text>')
    for name, step in marks.items():
        x = across(step)
        parts.append(f'<path class="mark" d="M{x:.1f} {top}V{height - bottom}"/>')
        parts.append(f'<text x="{x + 4:.1f}" y="{top - 8}">{escape(name)}</text>')
    for number, (name, line) in enumerate(series.items()):
        points = " ".join(f"{across(i):.1f},{down(value):.1f}" for i, value in enumerate(line))
        parts.append(f'<polyline class="series{number}" points="{points}"/>')
        x = left + 10 + 110 * number
        parts.append(f'<text class="name{number}" x="{x}" y="{height - 8}">{escape(name)}</text>')
    return "".join([*parts, "</svg>"])


def _tint(share: float) -> str:
    if abs(share) < 1e-9:
        return ""
    name = "warm" if share > 0 else "cold"
    return f' style="background:color-mix(in srgb, var(--{name}) {round(60 * abs(share))}%, transparent)"'
