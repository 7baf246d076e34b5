"""Small drawings in a page: bars and curves as SVG, which takes the page's own colours."""

from collections.abc import Sequence

import numpy as np

from pareidolia.collecting.specs import Array

_WIDTH, _HEIGHT = 320, 90


def bars(counts: Array, low: float, high: float) -> str:
    """A histogram; heights are square roots, so that one answer among thousands is seen.

    Args:
        counts: how many, from the lowest range to the highest.
        low: where the first range begins.
        high: where the last ends.

    Returns:
        SVG.
    """
    most, wide = max(1, int(counts.max())), _WIDTH / len(counts)
    drawn = []
    for number, count in enumerate(counts.tolist()):
        tall = (count / most) ** 0.5 * _HEIGHT
        drawn.append(
            f'<rect x="{number * wide + 1:.1f}" y="{_HEIGHT - tall:.1f}" width="{wide - 2:.1f}" '
            f'height="{tall:.1f}"><title>{count}</title></rect>'
        )
    return _svg("".join(drawn) + _ends(f"{low:.3g}", f"{high:.3g}"), f"{int(counts.sum())} answers")


def curve(values: Array, first: str, last: str, label: str) -> str:
    """A curve from 0 to its largest value.

    Args:
        values: at equal steps.
        first: what stands below the left end.
        last: below the right end.
        label: what it shows, for those who cannot see it.

    Returns:
        SVG.
    """
    top = float(values.max()) or 1.0
    across = np.linspace(4, _WIDTH - 4, len(values))
    points = _points(across, _HEIGHT - 2 - values / top * (_HEIGHT - 8))
    return _svg(f'<polyline points="{points}"/>{_ends(first, last)}', label)


def _points(across: Array, down: Array) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(across, down, strict=True))


def _ends(first: str, last: str) -> str:
    below = _HEIGHT + 16
    return (
        f'<text x="0" y="{below}">{first}</text>'
        f'<text x="{_WIDTH}" y="{below}" text-anchor="end">{last}</text>'
    )


def _svg(inside: str, label: str) -> str:
    box = f"0 0 {_WIDTH} {_HEIGHT + 20}"
    return f'<svg viewBox="{box}" role="img" aria-label="{label}">{inside}</svg>'


def meters(rows: Sequence[tuple[str, float]]) -> str:
    """Names with bars as long as their values, which may be negative.

    Args:
        rows: HTML of a name, and its value.

    Returns:
        An HTML list.
    """
    most = max((abs(value) for _, value in rows), default=0.0) or 1.0
    shown = (
        f'<li><span>{name}</span><i class="{"less" if value < 0 else "more"}" '
        f'style="width:{abs(value) / most * 100:.0f}%"></i><b>{value:.3g}</b></li>'
        for name, value in rows
    )
    return f'<ul class="meters">{"".join(shown)}</ul>'
