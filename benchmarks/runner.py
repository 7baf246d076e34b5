"""What every comparison shares: timing in turn, medians, and the table."""

import json
import platform
import re
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch


@dataclass
class Report:
    """What a comparison found.

    Attributes:
        title: one line.
        columns: heads of the table.
        rows: its cells, as text or numbers.
        summary: lines below it, the claims.
        figures: everything measured, for the JSON file.
    """

    title: str
    columns: Sequence[str]
    rows: list[Sequence[str | float]] = field(default_factory=list)
    summary: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def markdown(self) -> str:
        """The title, the table and the summary."""
        lines = [f"## {self.title}", "", _row(self.columns), _row(["---"] * len(self.columns))]
        lines += [_row(row) for row in self.rows]
        return "\n".join([*lines, "", *self.summary, "", _machine()])

    def write(self, folder: Path, name: str) -> None:
        """`folder/name.json` and `folder/name.md`."""
        folder.mkdir(parents=True, exist_ok=True)
        figures = {"machine": _machine(), "summary": self.summary, **self.figures}
        (folder / f"{name}.json").write_text(json.dumps(figures, indent=1))
        (folder / f"{name}.md").write_text(self.markdown() + "\n")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds that `work` took, and what it gave."""
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


def peak_memory() -> int:
    """Most bytes this process had resident (Linux); getrusage would give its parent's, where that is more."""
    return 1024 * int(re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())[1])  # type: ignore[index]


def interleaved(contenders: Mapping[str, Callable[[], Any]], rounds: int) -> dict[str, float]:
    """Median seconds of each contender, run in turn `rounds` times after one round of warming up."""
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        for name, work in contenders.items():
            taken, _ = timed(work)
            if number > 0:
                seconds[name].append(taken)
    return {name: statistics.median(values) for name, values in seconds.items()}


def _row(cells: Sequence[str | float]) -> str:
    return "| " + " | ".join(f"{c:.3g}" if isinstance(c, float) else str(c) for c in cells) + " |"


def _machine() -> str:
    return (
        f"torch {torch.__version__}, {torch.get_num_threads()} threads, Python {platform.python_version()}, "
        f"{platform.machine()}"
    )
