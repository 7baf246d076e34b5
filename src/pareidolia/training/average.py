"""The moving average of a network's weights, which generates better pictures than any one step's."""

import copy
from typing import Any

import torch
from torch import Tensor, nn


class WeightAverage:
    """Exponential moving average of all parameters, with a ramp: early weights soon lose their share.

    After t updates the decay is min(decay, (1 + t) / (10 + t)). Buffers are those of the last step.

    Args:
        model: whose weights are averaged; `model` of this object is a copy that holds the average.
        decay: of the average in the long run.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        self.model = copy.deepcopy(model).requires_grad_(False)
        self.decay = decay
        self.updates = 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Include the weights after one more step."""
        self.updates += 1
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        ours: list[Tensor] = list(self.model.parameters())
        torch._foreach_lerp_(ours, [each.detach() for each in model.parameters()], 1 - decay)
        for mine, theirs in zip(self.model.buffers(), model.buffers(), strict=True):
            mine.copy_(theirs)

    def state_dict(self) -> dict[str, Any]:
        """Everything `load_state_dict` needs."""
        return {"updates": self.updates, "weights": self.model.state_dict()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict`."""
        self.updates = int(state["updates"])
        self.model.load_state_dict(state["weights"])
