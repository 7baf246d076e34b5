"""Every kind in a process of its own, two beside each other; what they tried and lost as one table."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path

import torch

KINDS = (
    "kills",
    "networks",
    "studio_kills",
    "studio_visitors",
    "disks",
    "leaks",
    "pairs",
    "repeats",
    "pictures",
    "records",
    "videos",
    "weights",
    "states",
    "words",
)
"""The kinds, those that take longest first; each is a file here with `cases(seed, share, folder)`."""

_BEGIN, _END = "<!-- table -->", "<!-- end of the table -->"


@dataclass
class Row:
    """What was tried of a kind.

    Attributes:
        kind: its name.
        title: what it tries, in a line.
        tried: number of cases.
        lost: the cases that are not right, each with what is wrong.
        seconds: that it took.
    """

    kind: str
    title: str
    tried: int = 0
    lost: list[str] = field(default_factory=list)
    seconds: float = 0.0


def kind_here(kind: str, seed: int, share: float) -> None:
    """Try a kind in this process and print each case as a line of JSON."""
    torch.set_num_threads(1)
    module = import_module(f"reliability.{kind}")
    with tempfile.TemporaryDirectory(prefix="reliability-") as folder:
        for outcome in module.cases(seed, share, Path(folder).resolve()):
            print(json.dumps([outcome.case, outcome.lost]), flush=True)


def try_kinds(kinds: Sequence[str], seed: int, share: float, at_once: int) -> list[Row]:
    """Try kinds, each in a process; what is lost is printed as it is found.

    Args:
        kinds: their names.
        seed: of all chance.
        share: how much of each is tried.
        at_once: how many processes run beside each other.

    Returns:
        A row for each, in their order.
    """
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda kind: _tried(kind, seed, share), kinds))


def _tried(kind: str, seed: int, share: float) -> Row:
    title = (import_module(f"reliability.{kind}").__doc__ or "").splitlines()[0].rstrip(".")
    row, began = Row(kind, title), time.monotonic()
    for case, lost in _cases(kind, seed, share):
        row.tried += 1
        if lost:
            row.lost.append(f"{case}: {lost}")
            print(f"{kind}: {row.lost[-1]}", flush=True)
    row.seconds = time.monotonic() - began
    print(f"{kind}: {row.tried} tried, {len(row.lost)} lost, {row.seconds:.0f} s", flush=True)
    return row


def _cases(kind: str, seed: int, share: float) -> Iterator[tuple[str, str]]:
    words = [sys.executable, "-m", "reliability", kind, "--here", "--seed", str(seed), "--share", str(share)]
    process = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    last = "the first case"
    for line in process.stdout:
        if line.startswith("["):
            case, lost = json.loads(line)
            last = f"the case after {case}"
            yield case, lost
    if process.wait() != 0:
        yield last, f"ended the process with {process.returncode}"


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | cases | right | lost | minutes |", "| --- | --- | --- | --- | --- |"]
    for row in rows:
        right = row.tried - len(row.lost)
        lines.append(
            f"| {row.title} (`{row.kind}`) | {row.tried:,} | {right:,} | {len(row.lost)} | "
            f"{row.seconds / 60:.1f} |"
        )
    return "\n".join(lines)


def write_table(path: Path, rows: Sequence[Row], seed: int, share: float) -> None:
    """Replace the table of a document, between its two comments.

    Args:
        path: of the document.
        rows: of the table.
        seed: that they were tried with.
        share: how much was tried.
    """
    text = path.read_text(encoding="utf-8")
    head, _, rest = text.partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    part = "" if share == 1 else f", {share:g} of all cases"
    told = f"Seed {seed}{part}.\n\n{table(rows)}"
    path.write_text(f"{head}{_BEGIN}\n{told}\n{_END}{tail}", encoding="utf-8")
