"""The devices that share a training: one alone, or several through Lightning Fabric (`fabric.py`)."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol

import torch
from torch import Tensor


class ProcessGroup(Protocol):
    """Who takes which rows of a batch, and what all agree on."""

    @property
    def rank(self) -> int:
        """This process's number among them, from 0; number 0 writes the files."""
        ...

    @property
    def size(self) -> int:
        """How many they are."""
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
        """Whether it holds on any device: what all must decide alike is asked of all."""
        ...

    def barrier(self) -> None:
        """Wait until all have come this far."""
        ...


class SingleProcess:
    """One process with one device."""

    rank = 0
    size = 1

    def rows(self, values: Tensor) -> Tensor:
        """All of them."""
        return values

    def mean(self, value: Tensor) -> Tensor:
        """The value itself."""
        return value

    def average_(self, gradients: list[Tensor]) -> None:
        """Nothing to do."""

    def any(self, here: bool) -> bool:
        """Whether it holds here."""
        return here

    def barrier(self) -> None:
        """Nobody to wait for."""


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
