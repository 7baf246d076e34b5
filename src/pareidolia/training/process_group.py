"""The devices that share a training: one alone, or several through Lightning Fabric (`fabric.py`)."""

from typing import Protocol

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
