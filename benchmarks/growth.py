"""How time and memory grow: with pictures' size, units, pictures, frames, batch, threads, workers, nodes.

Every point is a process of its own, whose peak memory counts whole. The exponent is fitted by least squares
over the logarithms of work and seconds. Ray has 1 and 2 workers on this machine; 1 to 1,000 nodes are
simulated from what was measured here (`simulation.py`).
"""

import argparse
import json
import math
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from benchmarks.claims import Goal
from benchmarks.runner import Report
from benchmarks.simulation import Measured, simulate

#: An exponent up to this counts as growing like the work: caches and allocators take a share of large work.
AS_THE_WORK = 1.1
NODES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1000)
#: Rates of a storage that all nodes read from, in MB/s.
STORAGE = (1_000, 10_000, 100_000)


@dataclass(frozen=True)
class Curve:
    """One kind of work at several amounts.

    Attributes:
        kind: its name in `growing.py`.
        title: what is done.
        of: what the work is counted in.
        amounts: what `growing.py` gets.
        fewer: the amounts of the shorter form.
        power: the work grows with this power of the amount: 2 for the side of a picture.
    """

    kind: str
    title: str
    of: str
    amounts: Sequence[int]
    fewer: Sequence[int]
    power: int = 1


SIDES, FEWER_SIDES = (256, 512, 1024, 2048, 4096, 8192), (256, 512, 1024, 2048)
CURVES = (
    Curve("one-pass", "one pass", "pixels (4:3)", SIDES, FEWER_SIDES, 2),
    Curve("style-step", "one step of style", "pixels (4:3)", SIDES[:-1], FEWER_SIDES, 2),
    Curve("dream-step", "one step of a dream", "pixels (4:3)", SIDES, FEWER_SIDES, 2),
    Curve("features", "painting features", "units", (1, 4, 16, 64, 256), (1, 4, 16, 64)),
    Curve("collecting", "collecting", "pictures of 32 px", (1_000, 10_000, 100_000), (500, 2_000, 8_000)),
    Curve("frames", "video in one pass", "frames of 256 px", (8, 32, 128), (8, 32)),
    Curve("batch", "gradients in a batch", "pictures of 224 px", (1, 4, 16, 64), (1, 4, 16)),
)
LIMITS = {
    "style-step": "Above 3 and 8 megapixels a picture is seen in tiles, twice a step, each with what its "
    "positions see around it: at 256 px that is three times the tile."
}
GOALS = tuple(
    Goal(
        f"how {curve.title} grows",
        f"the number of {curve.of}",
        AS_THE_WORK,
        figure="exponent of time",
        limit=LIMITS.get(curve.kind, ""),
    )
    for curve in CURVES
)
THREADED = ("one-pass", "batch", "features")


def add_options(parser: argparse.ArgumentParser) -> None:
    """Options of this comparison."""
    parser.add_argument("--short", action="store_true", help="fewer and smaller amounts")
    parser.add_argument(
        "--kinds", nargs="+", help="these curves alone", choices=[each.kind for each in CURVES]
    )
    parser.add_argument("--amounts", nargs="+", type=int, help="instead of the curves' own")
    parser.add_argument("--no-cluster", dest="cluster", action="store_false", help="without Ray")
    parser.add_argument("--photos", type=int, default=256, help="photos that Ray looks at")


def compare(options: argparse.Namespace) -> Report:
    """Curves with exponents, threads, workers and simulated nodes."""
    report = Report("How cost grows", ("work", "amount", "seconds", "MiB at most"))
    chosen = [each for each in CURVES if options.kinds is None or each.kind in options.kinds]
    report.figures["curves"] = [_curve(each, options, report) for each in chosen]
    report.figures["threads"] = _threads(report, [each for each in chosen if each.kind in THREADED])
    if options.cluster:
        workers = {number: _measured("ray", options.photos, workers=number) for number in (1, 2)}
        for number, found in workers.items():
            report.rows.append(("collecting by Ray", f"{number} workers", found["seconds"], ""))
        report.summary.append(
            f"Ray: {workers[1]['seconds'] / workers[2]['seconds']:.2f} times as fast with 2 workers."
        )
        report.figures["ray"] = workers
        report.figures["simulated"] = _nodes(workers[1], report)
    return report


def _curve(curve: Curve, options: argparse.Namespace, report: Report) -> dict[str, object]:
    amounts = options.amounts or (curve.fewer if options.short else curve.amounts)
    found = [_measured(curve.kind, amount) for amount in amounts]
    work = [amount**curve.power for amount in amounts]
    seconds = [each["seconds"] for each in found]
    exponent, factor = fitted(work, seconds)
    for amount, each in zip(amounts, found, strict=True):
        report.rows.append((curve.title, amount, each["seconds"], round(each["memory"] / 2**20)))
        print(report.rows[-1], flush=True)
    last = fitted(work[-2:], seconds[-2:])[0]
    memory = fitted(work[-2:], [each["memory"] for each in found][-2:])[0]
    report.summary.append(
        f"{curve.title}: time grows with the power {exponent:.2f} of the {curve.of}; between the two "
        f"largest amounts with {last:.2f}, memory with {memory:.2f}."
    )
    (goal,) = (goal for goal in GOALS if goal.work == f"how {curve.title} grows")
    report.claims.append(goal.claim([exponent]))
    rest = {"exponent": exponent, "factor": factor, "memory": [each["memory"] for each in found]}
    return {**asdict(curve), "work": work, "seconds": seconds, **rest}


def fitted(work: Sequence[float], seconds: Sequence[float]) -> tuple[float, float]:
    """The exponent and the factor of seconds = factor · work^exponent, by least squares of the logarithms."""
    across, up = [math.log(value) for value in work], [math.log(value) for value in seconds]
    middle, height = sum(across) / len(across), sum(up) / len(up)
    spread = sum((value - middle) ** 2 for value in across)
    if spread == 0:
        return 0.0, math.exp(height)
    exponent = sum((x - middle) * (y - height) for x, y in zip(across, up, strict=True)) / spread
    return exponent, math.exp(height - exponent * middle)


def _threads(report: Report, curves: Sequence[Curve]) -> dict[str, dict[int, float]]:
    """Seconds of some works with one thread and with as many as there are cores, at their second amount."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    found = {}
    for curve in curves:
        amount = curve.fewer[1]
        seconds = {n: _measured(curve.kind, amount, threads=n)["seconds"] for n in sorted({1, cores})}
        found[curve.kind] = seconds
        report.summary.append(
            f"{curve.title} ({amount}): {seconds[1] / seconds[cores]:.2f} times as fast on {cores} threads."
        )
    return found


def _nodes(one: dict[str, float], report: Report) -> list[dict[str, object]]:
    simulated = []
    for megabytes in STORAGE:
        measured = Measured(
            task=one["task"],
            dispatch=one["dispatch"],
            write=one["write"],
            photos=round(one["photos"]),
            bytes=one["bytes"],
            storage=1e6 * megabytes,
        )
        rates = [simulate(measured, nodes) for nodes in NODES]
        full = [n for n, rate in zip(NODES, rates, strict=True) if rate >= 0.8 * n * rates[0]]
        label = f"storage of {megabytes / 1000:g} GB/s"
        simulated.append({"label": label, "nodes": list(NODES), "rates": rates})
        report.summary.append(
            f"Simulated, {label}: at least 80 % of the ideal up to {max(full)} nodes of 2 cores; "
            f"{rates[-1]:.0f} photos a second at most on {NODES[-1]} nodes."
        )
    return simulated


def _measured(kind: str, amount: int, *, threads: int = 0, workers: int = 0) -> dict[str, float]:
    """Seconds and peak memory of a process of its own."""
    words = [sys.executable, "-m", "benchmarks.growing", kind, str(amount)]
    words += ["--threads", str(threads)] * bool(threads) + ["--workers", str(workers)] * bool(workers)
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{kind} {amount}: {done.stderr.strip().splitlines()[-1]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
