"""L-BFGS that takes no step which makes the loss worse, among values that are kept within bounds.

torch's has no line search but the strong Wolfe conditions', which cost several looks a step. Without, its
pairs are of steps as they were meant, not as they came out within the bounds, and a loss as steep as the
Wasserstein distance of few positions throws the picture far off every some dozens of steps.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

_FIRST_CHANGE = 0.02
"""Root mean square of the first step's change, before it is halved where need be."""
_ENOUGH = 1e-4
"""Armijo's condition: a step has to gain this share of what the slope promises."""
_TRIES = 8
_CURVED = 1e-8
"""Pairs whose product is less than this share of their lengths' say nothing of the curvature."""


class LBFGS(torch.optim.Optimizer):
    """The limited-memory method (Nocedal 1980) with backtracking, one look a step in most.

    The closure computes gradient and loss; it may first move the values back within their bounds, and what it
    moved them to is what counts. A step that does not gain enough is tried anew at half its length; if none
    does, the values stay, and what was known of the curvature is forgotten.

    Args:
        values: what is changed.
        learning_rate: length of a step before it is halved; 1 is Newton's.
        history: pairs of changes that are kept.
        varies: the loss is another one at each step, so it is looked at anew where a step begins: two looks a
            step.
    """

    def __init__(
        self, values: Tensor, learning_rate: float = 1.0, history: int = 10, *, varies: bool = False
    ) -> None:
        super().__init__([values], {"lr": learning_rate, "history": history, "varies": varies})

    @property
    def looks_ahead(self) -> bool:
        """Whether a step ends with a look at the values that the next one begins with."""
        return not self.param_groups[0]["varies"]

    @torch.no_grad()
    def step(self, closure: Callable[[], float]) -> float:  # type: ignore[override]
        """Make one step.

        Args:
            closure: computes the gradient and returns the loss.

        Returns:
            The loss where the step ended.
        """
        (group,) = self.param_groups
        (values,) = group["params"]
        state = self.state[values]
        if not state:
            state.update(moves=[], turns=[])
        if "loss" not in state or group["varies"]:
            state.update(loss=self._look(closure), gradient=taken(values))
        start, direction = values.clone(), downhill(state)
        length = group["lr"] if state["moves"] else group["lr"] * first_length(direction)
        try:
            for _ in range(_TRIES):
                torch.add(start, direction * length, out=values)
                loss = self._look(closure)
                moved = values - start
                promised = dot(state["gradient"], moved)
                if promised < 0 and loss <= state["loss"] + _ENOUGH * promised:
                    self._keep(state, moved, taken(values), loss, group["history"])
                    return loss
                if not moved.any():
                    break
                length = length / 2
            values.copy_(start)
            state.update(moves=[], turns=[])
            return self._look(closure)
        except BaseException:
            values.copy_(start)
            raise

    def _look(self, closure: Callable[[], float]) -> float:
        with torch.enable_grad():
            return closure()

    def _keep(self, state: dict[str, Any], moved: Tensor, gradient: Tensor, loss: float, most: int) -> None:
        """Remember where the step ended, and how the gradient turned on the way."""
        turned = gradient - state["gradient"]
        if dot(moved, turned) > _CURVED * moved.norm() * turned.norm():
            state["moves"] = [*state["moves"], moved][-most:]
            state["turns"] = [*state["turns"], turned][-most:]
        state.update(loss=loss, gradient=gradient)


def first_length(direction: Tensor) -> Tensor:
    """Of a step about whose curvature nothing is known yet."""
    rms = direction.square().mean().sqrt()
    length: Tensor = _FIRST_CHANGE / rms.clamp(min=torch.finfo(rms.dtype).tiny)
    return length


def downhill(state: dict[str, Any]) -> Tensor:
    """−H g by the two loops over the pairs, where H is the inverse of the curvature that they show."""
    direction: Tensor = -state["gradient"]
    pairs = list(zip(state["moves"], state["turns"], strict=True))
    shares = []
    for moved, turned in reversed(pairs):
        share = dot(moved, direction) / dot(moved, turned)
        direction = direction - share * turned
        shares.append(share)
    if pairs:
        moved, turned = pairs[-1]
        direction = direction * (dot(moved, turned) / dot(turned, turned))
    for (moved, turned), share in zip(pairs, reversed(shares), strict=True):
        direction = direction + moved * (share - dot(turned, direction) / dot(moved, turned))
    return direction


def dot(first: Tensor, second: Tensor) -> Tensor:
    """The sum of products of two tensors of one shape."""
    return (first * second).sum()


def taken(values: Tensor) -> Tensor:
    """The gradient, which the values give up."""
    gradient = values.grad
    assert gradient is not None
    values.grad = None
    return gradient
