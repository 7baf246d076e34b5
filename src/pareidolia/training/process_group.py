"""The devices that share a training: one alone, or several through Lightning Fabric (`fabric.py`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

import torch
from torch import Tensor


class ProcessGroup(Protocol):
    """The processes that share a training: the rows of a batch that each takes, and their common results."""

    @property
    def rank(self) -> int:
        """This process's number among them, from 0; process 0 writes the files."""
        ...

    @property
    def size(self) -> int:
        """The number of processes."""
        ...

    def rows(self, values: Tensor) -> Tensor:
        """This device's share of the rows of a whole batch."""
        ...

    def mean(self, value: Tensor) -> Tensor:
        """The mean over devices; its gradient is that of this device's own part."""
        ...

    def average_(self, gradients: list[Tensor]) -> None:
        """Replace each tensor by its mean over devices."""
        ...

    def any(self, here: bool) -> bool:
        """Whether `here` is true on any device, for decisions that all devices must make alike."""
        ...

    def barrier(self) -> None:
        """Wait until every process has called this."""
        ...


class SingleProcess:
    """One process with one device."""

    rank = 0
    size = 1

    def rows(self, values: Tensor) -> Tensor:
        """All rows."""
        return values

    def mean(self, value: Tensor) -> Tensor:
        """The value itself."""
        return value

    def average_(self, gradients: list[Tensor]) -> None:
        """Leave the gradients as they are."""

    def any(self, here: bool) -> bool:
        """`here` itself."""
        return here

    def barrier(self) -> None:
        """Return at once."""


_CURRENT: ContextVar[tuple[ProcessGroup, torch.device] | None] = ContextVar("process_group", default=None)


@contextmanager
def in_process_group(process_group: ProcessGroup, device: torch.device) -> Iterator[None]:
    """Within it, trainings of this process are part of that group and compute on that device."""
    before = _CURRENT.set((process_group, device))
    try:
        yield
    finally:
        _CURRENT.reset(before)


def current_process_group() -> tuple[ProcessGroup, torch.device | None]:
    """The group that this process is part of, and its device; a process alone has no device of its own."""
    return _CURRENT.get() or (SingleProcess(), None)
