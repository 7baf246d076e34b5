"""The page `docs/performance.md`, made of the JSON files of a run; what was not measured is named as such."""

import argparse
import json
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.claims import Claim, Goal, Spread
from benchmarks.everything import plan
from benchmarks.peers import LEFT_OUT
from benchmarks.plots import draw_goals, draw_growth, draw_nodes
from benchmarks.runner import table

BEGIN, END = "<!-- measured -->", "<!-- end of what was measured -->"
Found = dict[str, dict[str, Any]]


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of the page."""
    parser.add_argument("--docs", type=Path, default=Path("docs/performance.md"), help="the page")


def run(options: argparse.Namespace) -> int:
    """Put what is in the folder of results between the page's two marks, and its plots beside it."""
    found = results(options.out)
    pictures = options.docs.parent / "pictures"
    text = options.docs.read_text(encoding="utf-8")
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    measured = "\n".join([BEGIN, *lines(found, pictures), END])
    options.docs.write_text(before + measured + after, encoding="utf-8")
    print(
        f"{options.docs}: {len(found)} results, {sum(len(claims_of(each)) for each in found.values())} claims"
    )
    return 0


def results(folder: Path) -> Found:
    """What the JSON files hold, by name, in the order of the plan."""
    names = [each.name for each in plan()]
    files = sorted(folder.glob("*.json"), key=lambda path: (_place(path.stem, names), path.stem))
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in files}


def _place(name: str, names: list[str]) -> int:
    return names.index(name) if name in names else len(names)


def goals() -> list[Goal]:
    """Every goal that a comparison states, in the order of the plan."""
    modules = dict.fromkeys(each.words[0] for each in plan())
    return [goal for name in modules for goal in getattr(import_module(f"benchmarks.{name}"), "GOALS", ())]


def claims_of(result: dict[str, Any]) -> list[Claim]:
    """A result's claims."""
    return [Claim(Goal(**each["goal"]), Spread(**each["found"])) for each in result.get("claims", ())]


def lines(found: Found, pictures: Path) -> list[str]:
    """The measured part of the page; its plots are drawn into `pictures`."""
    claims = {_row_of(each.goal): each for result in found.values() for each in claims_of(result)}
    told = [*_head(found), "", *_table(claims), ""]
    if claims:
        draw_goals(list(claims.values()), pictures / "performance-goals.png")
        told += ["![Each figure as a share of its goal](pictures/performance-goals.png)", ""]
    told += [*_missed(list(claims.values())), *_growth(found.get("growth"), pictures)]
    told += [line for name, result in found.items() if name != "all" for line in _section(result)]
    return [*told, *_peers(found.get("all", {})), *_not_run(found.get("all", {}))]


def _row_of(goal: Goal) -> tuple[str, str, str]:
    return goal.work, goal.against, goal.figure


def _head(found: Found) -> list[str]:
    results = [each for name, each in found.items() if name != "all"]
    if not results:
        return [
            "Not measured whole yet: `make benchmark` does it, and `python -m benchmarks page` writes this."
        ]
    dates = sorted({each["date"] for each in results})
    rates = found.get("machine", {}).get("rates", {})
    limits = "; ".join(f"{name} {value:.0f}" for name, value in rates.items())
    loads = [each["load"] for each in results if each.get("load") is not None]
    return [
        f"`{found.get('all', {}).get('command', 'python -m benchmarks NAME')}`, {' and '.join(dates)}, "
        f"{results[0]['machine']}. {f'The machine alone: {limits}. ' if limits else ''}"
        f"Load average at the end of a comparison: {max(loads, default=0):.1f} at most.",
    ]


def _table(claims: dict[tuple[str, str, str], Claim]) -> list[str]:
    rows = []
    stated = {_row_of(goal): goal for goal in goals()}
    for key, goal in {**stated, **{key: claim.goal for key, claim in claims.items()}}.items():
        claim = claims.get(key)
        wanted = f"{'≥' if goal.at_least else '≤'} {goal.wanted:g}"
        figure = "not measured" if claim is None else claim.measured
        verdict = "" if claim is None else ("met" if claim.met else "**missed**")
        rows.append((goal.work, goal.against, goal.figure, figure, wanted, verdict))
    return table(("work", "against", "figure", "measured (quartiles)", "wanted", ""), rows)


def _missed(claims: list[Claim]) -> list[str]:
    missed = [claim for claim in claims if not claim.met]
    if not missed:
        return []
    told = ["### Missed, and why", ""]
    limits = {_row_of(goal): goal.limit for goal in goals()}
    causes: dict[str, list[str]] = {}
    for claim in missed:
        why = limits.get(_row_of(claim.goal)) or claim.goal.limit or "Not profiled yet."
        line = f"{claim.goal.work}, against {claim.goal.against}: {claim.measured}"
        causes.setdefault(why, []).append(line)
    told += [f"- {'; '.join(lines)}. {why}" for why, lines in causes.items()]
    return [*told, ""]


def _growth(growth: dict[str, Any] | None, pictures: Path) -> list[str]:
    if growth is None:
        return []
    told = ["### How cost grows", ""]
    if growth.get("curves"):
        draw_growth(growth["curves"], pictures / "performance-growth.png")
        told += ["![Time and memory against the amount of work](pictures/performance-growth.png)", ""]
    if growth.get("simulated"):
        draw_nodes(growth["simulated"], pictures / "performance-nodes.png")
        told += ["![Photos a second by nodes, simulated](pictures/performance-nodes.png)", ""]
    return told


def _section(result: dict[str, Any]) -> list[str]:
    summary = [f"- {line}" for line in result.get("summary", ())]
    rows = table(result["columns"], result["rows"])
    return [
        f"### {result['title']}",
        "",
        f"`{result['command']}`",
        "",
        *rows,
        "",
        *summary,
        *[""] * bool(summary),
    ]


def _peers(account: dict[str, Any]) -> list[str]:
    versions = account.get("peers", {})
    if not versions:
        return []
    told = [
        f"{name} {version}" if version else f"{name} (not installed)" for name, version in versions.items()
    ]
    left = [f"- {name}: {why}." for name, why in LEFT_OUT.items()]
    return ["### Peers", "", ", ".join(told) + ".", "", *left, ""]


def _not_run(account: dict[str, Any]) -> list[str]:
    missing = [each for each in account.get("ran", ()) if each["missing"]]
    if not missing:
        return []
    return ["### Without results", "", *(f"- {each['name']}: {each['missing']}" for each in missing), ""]
