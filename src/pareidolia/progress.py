"""`Progress`: the one event that everything which takes time yields, and `Work`. No torch here."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.pictures.result import Result


@dataclass(frozen=True)
class Progress:
    """One step of a painting, a training, a collection, a video, or of any operation in several stages.

    Attributes:
        index: the steps made so far, this one among them; counted from the stage's beginning if there are
            stages.
        total: number of steps.
        stage: what is being done, in words; empty if there is one kind of step only.
        size: height and width of what is painted, in pixels, if anything is.
        losses: the losses that the step began with, by name.
        share: of the whole work that is done, from 0 to 1, if steps cost differently.
        notes: lines for people that come with this step: what is continued, what is left out.
        preview: renders the picture as it stands, 1×C×H×W in [0, 1], if there is one; call it before the
            next step.
    """

    index: int
    total: int
    stage: str = ""
    size: tuple[int, int] | None = None
    losses: Mapping[str, float] = field(default_factory=dict)
    share: float | None = None
    notes: tuple[str, ...] = ()
    preview: "Callable[[], Tensor] | None" = field(default=None, repr=False, compare=False)

    @property
    def fraction(self) -> float:
        """How much is done, from 0 to 1: of the whole work where that is known, else of the stage."""
        return self.index / max(1, self.total) if self.share is None else self.share

    @property
    def resolution(self) -> str:
        """The size as people write it, width first; empty where there is none."""
        return "" if self.size is None else f"{self.size[1]}×{self.size[0]}"

    @property
    def loss(self) -> float | None:
        """The sum of the losses, which a step makes smaller; None where there are none."""
        return sum(self.losses.values()) if self.losses else None


class Work:
    """Something that takes time: iterated to the end it has done its steps, and `result` is what it made."""

    def __iter__(self) -> "Iterator[Progress]":
        raise NotImplementedError

    @property
    def result(self) -> "Result":
        """What it made; after the last step."""
        raise NotImplementedError

    def agrees_to_stop(self, asked: bool) -> bool:
        """Whether to stop between two steps; several processes that work together decide as one."""
        return asked

    def pause(self) -> None:
        """Keep what is done when the work is stopped, so that begun anew it goes on from there."""
