"""The page's plots, drawn from what the JSON files hold."""

import math
from pathlib import Path
from typing import Any

from benchmarks.claims import Claim
from pareidolia.pictures import save_picture
from pareidolia.pictures.figures import figure_picture, new_figure

MET, MISSED, GRAY = "#2a7f62", "#b5482f", "#8a8a8a"
_LEAST = 0.02


def draw_goals(claims: list[Claim], out: Path) -> None:
    """How far each figure is from its goal: below 1 it is met, with the quartiles as a line."""
    shown = [claim for claim in claims if claim.goal.wanted > 0]
    figure = new_figure(9, 0.8 + 0.34 * len(shown))
    axes = figure.add_subplot()
    for place, claim in enumerate(reversed(shown)):
        color = MET if claim.met else MISSED
        middle = _share(claim, claim.deciding)
        axes.barh(place, middle - _LEAST, left=_LEAST, color=color, height=0.62)
        ends = sorted(_share(claim, value) for value in (claim.found.low, claim.found.high))
        axes.plot(ends, [place, place], color="black", linewidth=1)
    axes.set_xscale("log")
    axes.set_xlim(_LEAST, max(2.0, *(1.3 * _share(claim, claim.deciding) for claim in shown)))
    axes.axvline(1, color="black", linewidth=1)
    labels = [f"{claim.goal.work} | {_short(claim.goal.against)}" for claim in reversed(shown)]
    axes.set_yticks(range(len(shown)), labels, fontsize=8)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.set_xlabel("share of the goal (left of the line it is met)")
    axes.set_xticks([0.1, 0.2, 0.5, 1, 2, 5], ["0.1", "0.2", "0.5", "1", "2", "5"])
    axes.minorticks_off()
    _save(figure, out)


def _share(claim: Claim, value: float) -> float:
    """The figure over the goal, or the goal over the figure where more is better; bounded, to be drawn."""
    wanted = claim.goal.wanted
    share = wanted / max(value, 1e-9) if claim.goal.at_least else value / wanted
    return min(max(share, _LEAST), 20.0)


def _short(words: str) -> str:
    first = words.split(",")[0].split(" (")[0]
    return first if len(first) < 40 else first[:37] + "..."


def draw_growth(curves: list[dict[str, Any]], out: Path) -> None:
    """Seconds and memory of each curve on logarithmic axes, with the fitted line of the seconds."""
    columns = 3
    rows = math.ceil(len(curves) / columns)
    figure = new_figure(11, 2.9 * rows)
    for number, curve in enumerate(curves):
        axes = figure.add_subplot(rows, columns, number + 1)
        work, seconds = curve["work"], curve["seconds"]
        axes.loglog(work, seconds, "o", color=MET)
        fitted = [curve["factor"] * value ** curve["exponent"] for value in work]
        axes.loglog(work, fitted, color=MET, linewidth=1)
        axes.set_title(f"{curve['title']}: exponent {curve['exponent']:.2f}", fontsize=9)
        axes.set_xlabel(curve["of"], fontsize=8)
        axes.set_ylabel("seconds", fontsize=8, color=MET)
        axes.set_ylim(*_a_decade(seconds))
        _plain(axes)
        if any(curve["memory"]):
            beside = axes.twinx()
            mebibytes = [value / 2**20 for value in curve["memory"]]
            beside.plot(work, mebibytes, "s--", color=GRAY, markersize=4)
            # From zero: a logarithm of what stays would draw its noise as mountains.
            beside.set_ylim(0, 1.15 * max(mebibytes))
            beside.set_ylabel("MiB", fontsize=8, color=GRAY)
            beside.tick_params(labelsize=7)
    _save(figure, out)


def _a_decade(values: list[float]) -> tuple[float, float]:
    """Limits around positive values that are at least a factor of ten apart."""
    low, high = min(values) / 1.5, max(values) * 1.5
    stretch = max(1.0, math.sqrt(10 * low / high))
    return low / stretch, high * stretch


def _plain(axes: Any) -> None:
    """Logarithmic axes with numbers as people write them, three or four to an axis."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    for axis in (axes.xaxis, axes.yaxis):
        low, high = axis.get_view_interval()
        narrow = math.log10(high / low) < 2
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if narrow else (1,)))
        axis.set_major_formatter(FuncFormatter(lambda value, place: _short_number(value)))
        axis.set_minor_formatter(NullFormatter())
    axes.tick_params(labelsize=7)


def _short_number(value: float) -> str:
    for unit, name in ((1e6, " M"), (1e3, " k")):
        if value >= unit:
            return f"{value / unit:g}{name}"
    return f"{value:g}"


def draw_nodes(simulated: list[dict[str, Any]], out: Path) -> None:
    """Photos a second by the number of nodes, for several rates of the shared storage, beside the ideal."""
    figure = new_figure(7, 4)
    axes = figure.add_subplot()
    # The first lines are the widest, so that equal ones are all seen.
    for width, each in zip(range(2 * len(simulated), 0, -2), simulated, strict=True):
        axes.loglog(each["nodes"], each["rates"], "-", linewidth=width, label=each["label"])
    first = simulated[0]
    ideal = [first["rates"][0] * nodes / first["nodes"][0] for nodes in first["nodes"]]
    axes.loglog(first["nodes"], ideal, color=GRAY, linewidth=1, label="as many times one node")
    axes.set_xlabel("nodes")
    axes.set_ylabel("photos a second")
    _plain(axes)
    axes.legend(fontsize=8)
    _save(figure, out)


def _save(figure: Any, out: Path) -> None:
    figure.tight_layout()
    out.parent.mkdir(parents=True, exist_ok=True)
    save_picture(figure_picture(figure), out, overwrite=True)
