"""The devices that share a training: one alone, or several through Lightning Fabric (`fabric.py`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
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


@dataclass(frozen=True)
class PartOfBatch:
    """One of several parts of a batch, computed one after the other: a group that takes fewer rows.

    A mean over the batch is over this part alone.

    Attributes:
        whole: the processes that share the batch.
        part: the part's number, from 0.
        parts: how many there are.
    """

    whole: ProcessGroup
    part: int
    parts: int

    @property
    def rank(self) -> int:
        """As in the whole group."""
        return self.whole.rank

    @property
    def size(self) -> int:
        """As in the whole group."""
        return self.whole.size

    def rows(self, values: Tensor) -> Tensor:
        """The part's rows of this device's share."""
        return self.whole.rows(values).chunk(self.parts)[self.part]

    def mean(self, value: Tensor) -> Tensor:
        """The mean over devices."""
        return self.whole.mean(value)

    def average_(self, gradients: list[Tensor]) -> None:
        """Leave them as they are: they are averaged when all parts are there."""

    def any(self, here: bool) -> bool:
        """As in the whole group."""
        return self.whole.any(here)

    def barrier(self) -> None:
        """As in the whole group."""
        self.whole.barrier()


def parts_of(group: ProcessGroup, parts: int) -> list[ProcessGroup]:
    """The group as it is, or as several parts of its batches."""
    return [group] if parts == 1 else [PartOfBatch(group, part, parts) for part in range(parts)]


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
