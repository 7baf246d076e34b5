"""The running average of a canvas over its last steps, which is calmer than any one of them."""

from typing import Any

import torch
from torch import Tensor


class RunningAverage:
    """Exponential moving average, corrected for its start as Adam corrects its moments (Kingma and Ba 2015).

    Args:
        decay: share of the old average kept at each step; 0 keeps only the last value.
    """

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self._sum: Tensor | None = None
        self._kept = 1.0

    def update(self, values: Tensor) -> None:
        """Include the values after one more step."""
        if self.decay == 0:
            return  # the last value is the canvas itself
        values = values.detach()
        if self._sum is None:
            self._sum = torch.zeros_like(values)
        self._sum.mul_(self.decay).add_(values, alpha=1 - self.decay)
        self._kept *= self.decay

    @property
    def value(self) -> Tensor | None:
        """The average so far; None before the first update, and if nothing is averaged."""
        return None if self._sum is None else self._sum / (1 - self._kept)

    def state_dict(self) -> dict[str, Any]:
        """Everything `load_state_dict` needs."""
        return {"sum": self._sum, "kept": self._kept}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from a `state_dict`."""
        self._sum, self._kept = state["sum"], state["kept"]
