"""The page: sections with pictures, laid out as one HTML file beside its pictures."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from importlib.resources import files
from string import Template


@dataclass(frozen=True)
class Figure:
    """A picture of the page: its file's name, its caption, and how many of twelve columns it takes."""

    file: str
    caption: str
    columns: int = 6


@dataclass(frozen=True)
class Section:
    """One idea of the lecture.

    Attributes:
        title: of the section.
        idea: paragraphs of plain text.
        formula: HTML of the formula, one line each.
        figures: the pictures made for it.
        plot: an SVG element, or nothing.
        command: the command line that makes the same.
        source: the module to read.
    """

    title: str
    idea: Sequence[str]
    formula: Sequence[str]
    figures: Sequence[Figure]
    plot: str
    command: str
    source: str


def render_page(title: str, sections: Sequence[Section]) -> str:
    """The whole page as HTML."""
    template = Template(files("pareidolia.tour").joinpath("page.html").read_text(encoding="utf-8"))
    return template.substitute(title=escape(title), sections="\n".join(map(_section, sections)))


def line_plot(series: Mapping[str, Sequence[float]], marks: Mapping[str, int], *, width: int = 960) -> str:
    """An SVG of positive series on a logarithmic scale over their steps, with marked steps named above."""
    height, left, top, bottom = 260, 70, 28, 34
    values = [value for line in series.values() for value in line if value > 0]
    low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)) + 1e-9)
    count = max(len(line) for line in series.values())

    def across(step: float) -> float:
        return left + (width - left - 10) * step / max(1, count - 1)

    def down(value: float) -> float:
        return top + (height - top - bottom) * (high - math.log10(max(value, 10.0**low))) / (high - low)

    parts = [f'<svg class="plot" viewBox="0 0 {width} {height}" role="img" aria-label="losses by step">']
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


def _section(section: Section) -> str:
    figures = "\n".join(
        f'<figure style="grid-column: span {figure.columns}"><img src="{escape(figure.file)}" '
        f'alt="{escape(figure.caption)}"><figcaption>{escape(figure.caption)}</figcaption></figure>'
        for figure in section.figures
    )
    idea = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in section.idea)
    formula = "".join(f"<p>{line}</p>" for line in section.formula)
    return f"""<section>
<h2>{escape(section.title)}</h2>
{idea}
<div class="formula">{formula}</div>
<div class="figures">{figures}</div>
{section.plot}
<pre><code>{escape(section.command)}</code></pre>
<p class="source">The code to read: <code>{escape(section.source)}</code></p>
</section>"""
