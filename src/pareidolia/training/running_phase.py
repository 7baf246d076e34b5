"""A phase of a model under training: its parameters, gradients and optimizer."""

import torch
from torch import Tensor, nn

from pareidolia.training.phases import Phase, adam, sgd
from pareidolia.training.settings import TrainingSettings


class RunningPhase:
    """A phase with its optimizer.

    Args:
        phase: of the model.
        settings: of the run.
    """

    def __init__(self, phase: Phase, settings: TrainingSettings) -> None:
        self.phase = phase
        self.parameters = [each for each in phase.parameters if each.requires_grad]
        self._rate = settings.learning_rate * phase.learning_rate
        self._clip = settings.clip
        decay = phase.weight_decay
        self._decay = settings.weight_decay if decay is None else decay
        chosen = {"auto": phase.optimizer, "adam": adam(), "sgd": sgd()}[settings.optimizer]
        self.optimizer = chosen(self.parameters, self._rate)

    def add_gradients(self, loss: Tensor, parts: int) -> None:
        """Add the gradients of the phase's parameters alone, of one of so many parts of a batch."""
        scaled = loss if parts == 1 else loss / parts
        scaled.backward(inputs=self.parameters)  # type: ignore[no-untyped-call]

    def gradients(self) -> list[Tensor]:
        """The gradients, 0 where the loss has none."""
        for parameter in self.parameters:
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
        return [each.grad for each in self.parameters if each.grad is not None]

    def change(self, rate: float) -> None:
        """Let the optimizer change the parameters by their gradients, then drop the gradients."""
        if self._clip:
            nn.utils.clip_grad_norm_(self.parameters, self._clip)
        for group in self.optimizer.param_groups:
            group["lr"] = self._rate * rate
        if self._decay:
            # Biases and the scales of normalisations are left alone.
            matrices = [each.detach() for each in self.parameters if each.ndim > 1]
            torch._foreach_mul_(matrices, 1 - self._rate * rate * self._decay)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
