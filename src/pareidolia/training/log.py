"""The log of a training: a line of JSON every few steps, and TensorBoard's files if wanted."""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch

from pareidolia.pictures import write_atomically
from pareidolia.settings import BadFile, BadTarget
from pareidolia.settings.extras import require

OF_THE_MACHINE = ("seconds", "pictures_a_second", "peak_memory_mb")
"""What differs between two runs of the same training."""


class Log:
    """Lines of {"step", "epoch", "seconds", "phase/loss", …}.

    `seconds` counts this process's time alone. A resumed run deletes what a killed one wrote after its
    checkpoint, so each step is in the log once.

    Args:
        path: of the file.
        events: a folder for TensorBoard, or None.
    """

    def __init__(self, path: Path, events: Path | None = None) -> None:
        self.path = path
        self._began = time.monotonic()
        self._last: tuple[int, float] | None = None
        self._folder = events
        self._events: Any = None
        self._writer = None if events is None else _event_writer()

    def cut_after(self, step: int) -> None:
        """Delete the lines of later steps, and an incomplete line."""
        if not self.path.exists():
            return
        kept = [
            line
            for line in self.path.read_text(encoding="utf-8", errors="replace").splitlines()
            if _step_of(line) <= step
        ]
        with write_atomically(self.path) as file:
            file.write("".join(f"{line}\n" for line in kept).encode())

    def write(self, step: int, epoch: float, means: Mapping[str, float], batch: int | None = None) -> None:
        """Write one line.

        Args:
            step: number of steps made.
            epoch: how often each picture was seen.
            means: the numbers.
            batch: pictures a step; with it the line has the pictures a second since the last such line, and
                the most memory used so far.
        """
        line: dict[str, Any] = {
            "step": step,
            "epoch": round(epoch, 4),
            "seconds": round(time.monotonic() - self._began, 2),
            **self._speed(step, batch),
            **means,
        }
        try:
            with self.path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")
        except OSError as error:
            raise BadTarget(f"cannot write '{self.path}': {error.strerror or error}") from error
        if self._writer is not None:
            # Made with the first line: making it makes the folder, and a run may be refused before.
            self._events = self._events or self._writer(self._folder)
            for name, value in means.items():
                self._events.add_scalar(name, value, step)
            self._events.flush()

    def _speed(self, step: int, batch: int | None) -> dict[str, float]:
        if batch is None:
            return {}
        now, before = time.monotonic(), self._last
        self._last = step, now
        speed: dict[str, float] = {"peak_memory_mb": peak_memory()}
        if before is not None and step > before[0]:
            speed["pictures_a_second"] = round((step - before[0]) * batch / max(now - before[1], 1e-9), 1)
        return speed


def peak_memory() -> int:
    """The most memory used so far in MiB: of the GPU where one is used, else of the process; 0 if unknown."""
    if torch.cuda.is_available() and torch.cuda.max_memory_allocated():
        return int(torch.cuda.max_memory_allocated() / 2**20)
    try:
        import resource
    except ImportError:  # Windows
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20)


def read_log(path: Path) -> list[dict[str, float]]:
    """The whole lines of a log, in order; none if there is no log.

    Args:
        path: of the file.

    Returns:
        The lines.

    Raises:
        PareidoliaError: it cannot be read.
    """
    if not path.is_file():
        return []
    try:
        lines = path.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError as error:
        raise BadFile(f"cannot read '{path}': {error.strerror or error}") from error
    return [json.loads(line) for line in lines if _step_of(line) < float("inf")]


def _step_of(line: str) -> float:
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return float("inf")


def _event_writer() -> Any:
    return require("torch.utils.tensorboard", extra="tensorboard").SummaryWriter
