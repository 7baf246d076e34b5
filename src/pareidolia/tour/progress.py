"""Reports on how far the tour is. No torch here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Stop:
    """A section on the way.

    Attributes:
        index: its number.
        total: number of sections.
        title: its title.
        failure: why it failed, once it is finished, if it did.
    """

    index: int
    total: int
    title: str
    failure: str = ""


class Report:
    """Called on the way; this one does nothing."""

    def begin(self, stop: Stop) -> None:
        """A section begins."""

    def beat(self, share: float) -> None:
        """The share of the picture under way that is done, from 0 to 1."""

    def end(self, stop: Stop) -> None:
        """A section is finished, or failed."""
