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
        if any(curve["memory"]):
            beside = axes.twinx()
            beside.loglog(work, [value / 2**20 for value in curve["memory"]], "s--", color=GRAY, markersize=4)
            beside.set_ylabel("MiB", fontsize=8, color=GRAY)
            beside.tick_params(labelsize=7)
        axes.tick_params(labelsize=7)
    _save(figure, out)


def draw_nodes(simulated: list[dict[str, Any]], out: Path) -> None:
    """Photos a second by the number of nodes, for several rates of the shared storage, beside the ideal."""
    figure = new_figure(7, 4)
    axes = figure.add_subplot()
    for each in simulated:
        axes.loglog(each["nodes"], each["rates"], "o-", markersize=4, label=each["label"])
    first = simulated[0]
    ideal = [first["rates"][0] * nodes / first["nodes"][0] for nodes in first["nodes"]]
    axes.loglog(first["nodes"], ideal, color=GRAY, linewidth=1, label="as many times one node")
    axes.set_xlabel("nodes")
    axes.set_ylabel("photos a second")
    axes.legend(fontsize=8)
    _save(figure, out)


def _save(figure: Any, out: Path) -> None:
    figure.tight_layout()
    out.parent.mkdir(parents=True, exist_ok=True)
    save_picture(figure_picture(figure), out, overwrite=True)
