"""What the loop trains: a model's phases, and the source of its batches."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self

import torch
from torch import Tensor, nn

from pareidolia.training.process_group import ProcessGroup
from pareidolia.training.step_context import StepContext


@dataclass(frozen=True)
class Batch:
    """Pictures N×C×H×W in [0, 1], and their labels N (int64; -1 where unknown) if there are any."""

    pictures: Tensor
    labels: Tensor | None = None

    def to(self, device: torch.device) -> Self:
        """The same batch on `device`."""
        labels = None if self.labels is None else self.labels.to(device)
        return replace(self, pictures=self.pictures.to(device), labels=labels)


@dataclass
class Losses:
    """What a phase's loss function returns.

    Attributes:
        total: what is minimised, a scalar; the mean over the samples of this device.
        metrics: other means for the log, by name.
    """

    total: Tensor
    metrics: dict[str, Tensor] = field(default_factory=dict)


MakeOptimizer = Callable[[list[nn.Parameter], float], torch.optim.Optimizer]
"""Makes an optimizer of (parameters, learning rate)."""


def adam(betas: tuple[float, float] = (0.9, 0.999)) -> MakeOptimizer:
    """Adam (Kingma and Ba 2015) with these decays, its fused kernel where the device has one."""

    def make(parameters: list[nn.Parameter], rate: float) -> torch.optim.Optimizer:
        fused = all(each.device.type in ("cpu", "cuda") for each in parameters)
        return torch.optim.Adam(parameters, lr=rate, betas=betas, fused=fused)

    return make


def sgd(momentum: float = 0.9) -> MakeOptimizer:
    """Gradient descent with Nesterov's momentum."""

    def make(parameters: list[nn.Parameter], rate: float) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=rate, momentum=momentum, nesterov=True)

    return make


@dataclass(frozen=True)
class Phase:
    """An optimizer step that a model makes in a training step: which parameters, and the loss it lowers.

    Attributes:
        name: in the log and the checkpoint.
        parameters: what its optimizer changes; nothing else is given gradients while it runs.
        loss: of (batch, context).
        every: the phase takes part in each `every`-th step, beginning with the first.
        learning_rate: relative to the run's.
        optimizer: makes the phase's optimizer; by default Adam.
        weight_decay: its own, decoupled from the gradient; None takes the run's.
    """

    name: str
    parameters: Iterable[nn.Parameter]
    loss: Callable[[Any, StepContext], Losses]
    every: int = 1
    learning_rate: float = 1.0
    optimizer: MakeOptimizer = field(default_factory=adam)
    weight_decay: float | None = None


class Trainable(Protocol):
    """An `nn.Module` that can be trained: one phase for a VAE, two for a GAN, three for an AAE."""

    def phases(self) -> Sequence[Phase]:
        """Its phases, in the order in which a step runs them."""
        ...


class Source(Protocol):
    """A source of batches; batch number `step` is a function of (seed, step) alone."""

    @property
    def count(self) -> int:
        """Number of samples in an epoch."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the pictures in pixels."""
        ...

    def batch(self, step: int, process_group: ProcessGroup) -> Any:
        """This device's share of batch number `step`."""
        ...
