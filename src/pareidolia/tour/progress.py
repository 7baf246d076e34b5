"""How far the tour is, told to whoever listens. No torch here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """A section on the way: its number, how many there are, its title, and, once told, why it failed."""

    index: int
    total: int
    title: str
    failure: str = ""


class Report:
    """What is told of the way; this one listens to nothing."""

    def begin(self, stop: Stop) -> None:
        """A section begins."""

    def beat(self, share: float) -> None:
        """So much of the picture under way is done, from 0 to 1."""

    def end(self, stop: Stop) -> None:
        """A section is told, or failed."""
