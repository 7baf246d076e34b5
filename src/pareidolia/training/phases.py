"""What the loop trains: a model's phases, and where its batches come from."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from torch import Tensor, nn

from pareidolia.training.process_group import ProcessGroup
from pareidolia.training.step_context import StepContext


@dataclass(frozen=True)
class Batch:
    """Pictures N×C×H×W in [0, 1], and their labels N (int64; -1 where unknown) if there are any."""

    pictures: Tensor
    labels: Tensor | None = None


@dataclass
class Losses:
    """What a phase's loss gives.

    Attributes:
        total: what is made smaller; the mean over the samples of this device.
        metrics: numbers for the log by name, means likewise.
    """

    total: Tensor
    metrics: dict[str, Tensor] = field(default_factory=dict)


@dataclass(frozen=True)
class Phase:
    """One of the things a model does in a step: an optimizer, its parameters, and the loss it makes smaller.

    Attributes:
        name: in the log and the checkpoint.
        parameters: what its optimizer changes; nothing else is given gradients while it runs.
        loss: of (batch, context).
        every: the phase takes part in each `every`-th step, beginning with the first.
        learning_rate: relative to the run's.
        betas: of Adam.
    """

    name: str
    parameters: Iterable[nn.Parameter]
    loss: Callable[[Any, StepContext], Losses]
    every: int = 1
    learning_rate: float = 1.0
    betas: tuple[float, float] = (0.9, 0.999)


class Trainable(Protocol):
    """An `nn.Module` that says how it is trained: one phase for a VAE, two for a GAN, three for an AAE."""

    def phases(self) -> Sequence[Phase]:
        """Its phases, in the order in which a step runs them."""
        ...


class Source(Protocol):
    """Where batches come from; batch number `step` is a function of (seed, step) alone."""

    @property
    def count(self) -> int:
        """How many samples there are: an epoch."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures."""
        ...

    def batch(self, step: int, process_group: ProcessGroup) -> Any:
        """This device's share of batch number `step`."""
        ...
