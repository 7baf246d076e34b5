"""`Progress`: the one event that everything which takes time yields. No torch here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True)
class Progress:
    """One step of a painting, a training, a collection, a video, or of any operation in several stages.

    Attributes:
        index: the steps made so far, this one among them; counted from the stage's beginning where there are
            stages.
        total: of how many.
        stage: what is being done, in words; empty where there is one kind of step only.
        size: height and width of what is painted, in pixels, if anything is.
        losses: the losses that the step began with, by name.
        preview: renders the picture as it stands, 1×C×H×W in [0, 1], if there is one; call it before the
            next step.
    """

    index: int
    total: int
    stage: str = ""
    size: tuple[int, int] | None = None
    losses: Mapping[str, float] = field(default_factory=dict)
    preview: "Callable[[], Tensor] | None" = field(default=None, repr=False, compare=False)

    @property
    def resolution(self) -> str:
        """The size as people write it, width first; empty where there is none."""
        return "" if self.size is None else f"{self.size[1]}×{self.size[0]}"

    @property
    def loss(self) -> float | None:
        """The sum of the losses, which a step makes smaller; None where there are none."""
        return sum(self.losses.values()) if self.losses else None
