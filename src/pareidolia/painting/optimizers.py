"""Adam and L-BFGS for a canvas, whose memory can follow the canvas to another size."""

from collections.abc import Callable
from typing import Literal

import torch
from torch import Tensor

OptimizerName = Literal["adam", "lbfgs"]


def make_optimizer(name: OptimizerName, values: Tensor, learning_rate: float) -> torch.optim.Optimizer:
    """The optimiser of that name over `values`.

    Adam uses betas (0.9, 0.99); L-BFGS keeps 10 pairs and makes one iteration a step.
    """
    if name == "lbfgs":
        return torch.optim.LBFGS(
            [values], lr=learning_rate, max_iter=1, history_size=10, tolerance_grad=0, tolerance_change=0
        )
    return torch.optim.Adam([values], lr=learning_rate, betas=(0.9, 0.99), fused=values.device.type != "mps")


def carry_moments(
    old: torch.optim.Optimizer, new: torch.optim.Optimizer, resample: Callable[[Tensor], Tensor]
) -> None:
    """Give `new` the resampled first and second moments of `old` (both Adam).

    The second moment stays non-negative where resampling rings.
    """
    if not isinstance(old, torch.optim.Adam) or not isinstance(new, torch.optim.Adam):
        return
    (before,) = old.param_groups[0]["params"]
    (after,) = new.param_groups[0]["params"]
    state = old.state.get(before)
    if not state:
        return
    new.state[after] = {
        "step": state["step"].clone(),
        "exp_avg": torch.empty_like(after).copy_(resample(state["exp_avg"])),
        "exp_avg_sq": torch.empty_like(after).copy_(resample(state["exp_avg_sq"]).clamp_(min=0)),
    }
