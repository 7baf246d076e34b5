"""Where the result of a request goes."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

INDEX = "pareidolia.index"
"""Folder beside a result for what further results can use."""


@dataclass(frozen=True)
class Target:
    """Where a result goes, and what happens to what is there already.

    Attributes:
        out: the file or folder; None keeps the result in memory.
        overwrite: whether what is there may be replaced.
        resume: whether a run that was stopped goes on from its checkpoint.
        index: a folder for what further results can use; by default `pareidolia.index` beside the result.
        table: a .csv file for the numbers behind the result.
        bits: a channel of the file, 8 or 16.
        dpi: pixels an inch that the file names; None takes the photo's, if it has one.
    """

    out: Path | None = None
    overwrite: bool = False
    resume: bool = False
    index: Path | None = None
    table: Path | None = None
    bits: Literal[8, 16] = 8
    dpi: float | None = None

    @property
    def folder(self) -> Path:
        """The folder that the result lies in, absolute; paths of its record are relative to it."""
        return (Path() if self.out is None else self.out).absolute().parent


@dataclass
class Stop:
    """Whether somebody asked to stop, and by which signal if by one."""

    asked: bool = False
    signal: int | None = None

    def __call__(self, signal: int | None = None) -> None:
        """Ask to stop after the step under way."""
        self.asked, self.signal = True, signal

    def __bool__(self) -> bool:
        return self.asked


def unfinished(record: dict[str, Any], step: int, total: int) -> dict[str, Any]:
    """The record of a picture as it stands after some of its steps."""
    return {**record, "unfinished": {"step": step, "of": total}}
