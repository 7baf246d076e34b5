"""The log of a training: a line of JSON every few steps, and TensorBoard's files if wanted."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pareidolia.pictures import write_atomically
from pareidolia.settings import BadTarget
from pareidolia.settings.extras import require


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

    def write(self, step: int, epoch: float, means: Mapping[str, float]) -> None:
        """Write one line."""
        line: dict[str, Any] = {
            "step": step,
            "epoch": round(epoch, 4),
            "seconds": round(time.monotonic() - self._began, 2),
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


def _step_of(line: str) -> float:
    try:
        return float(json.loads(line)["step"])
    except (ValueError, KeyError, TypeError):
        return float("inf")


def _event_writer() -> Any:
    return require("torch.utils.tensorboard", extra="tensorboard").SummaryWriter
