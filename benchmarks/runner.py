"""What every comparison shares: timing in turn, medians and spread, and the report."""

import json
import os
import platform
import re
import shlex
import statistics
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import torch

from benchmarks.claims import Claim, paired


@dataclass
class Report:
    """What a comparison found.

    Attributes:
        title: one line.
        columns: heads of the table.
        rows: its cells, as text or numbers.
        summary: lines below it.
        figures: everything measured, for the JSON file.
        claims: rows of the table of `docs/performance.md`.
    """

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str | float]] = field(default_factory=list)
    summary: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)

    def markdown(self) -> str:
        """The title, the table, the summary and the claims."""
        told = [*self.summary, *(claim.sentence() for claim in self.claims)]
        return "\n".join([f"## {self.title}", "", *table(self.columns, self.rows), "", *told, "", machine()])

    def write(self, folder: Path, name: str) -> None:
        """`folder/name.json` and `folder/name.md`."""
        folder.mkdir(parents=True, exist_ok=True)
        about = {
            "title": self.title,
            "columns": list(self.columns),
            "rows": [list(row) for row in self.rows],
            "summary": self.summary,
            "claims": [asdict(claim) for claim in self.claims],
            "command": command(),
            "date": datetime.now().date().isoformat(),
            "machine": machine(),
            "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        }
        (folder / f"{name}.json").write_text(json.dumps({**about, **self.figures}, indent=1) + "\n")
        (folder / f"{name}.md").write_text(self.markdown() + "\n")


class Timings(dict[str, float]):
    """Median seconds by contender.

    Attributes:
        rounds: seconds of every round, by contender.
    """

    def __init__(self, rounds: dict[str, list[float]]) -> None:
        super().__init__({name: statistics.median(values) for name, values in rounds.items()})
        self.rounds = rounds

    def ratios(self, ours: str, theirs: str) -> list[float]:
        """Seconds of one contender over those of another, round by round."""
        return paired(self.rounds[ours], self.rounds[theirs])

    def fastest(self, names: Sequence[str]) -> str:
        """Of these the contender with the smallest median."""
        return min(names, key=lambda name: self[name])


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that `work` took, and what it gave."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def peak_memory() -> int:
    """Most bytes this process had resident (Linux); getrusage would give its parent's, where that is more."""
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])  # type: ignore[index]


def interleaved(contenders: Mapping[str, Callable[[], Any]], rounds: int, *, warm: bool = True) -> Timings:
    """Seconds of each contender, run in turn `rounds` times; with `warm` a first round does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + warm):
        for name, work in contenders.items():
            taken, _ = timed(work)
            if number >= warm:
                seconds[name].append(taken)
    return Timings(seconds)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    """The lines of a Markdown table."""
    return [_row(columns), _row(["---"] * len(columns)), *map(_row, rows)]


def _row(cells: Sequence[str | float]) -> str:
    return "| " + " | ".join(f"{c:.3g}" if isinstance(c, float) else str(c) for c in cells) + " |"


def command() -> str:
    """What was called, as it is given again, without the folder of results."""
    words = list(sys.argv[1:])
    if "--out" in words:
        place = words.index("--out")
        del words[place : place + 2]
    return shlex.join(["python", "-m", "benchmarks", *words])


def machine() -> str:
    """Versions, and what computes."""
    return (
        f"torch {torch.__version__}, {torch.get_num_threads()} threads, Python {platform.python_version()}, "
        f"{processor()}"
    )


def processor() -> str:
    """The processor's name, where the system gives one."""
    try:
        names = re.findall(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        names = []
    return names[0] if names else platform.machine()
