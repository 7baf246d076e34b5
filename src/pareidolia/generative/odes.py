"""Ordinary differential equations dx/dt = v(x, t): solved forwards and backwards, with the change of density.

Along a solution the log density changes by  d/dt log p(x_t) = −∇·v(x_t, t)  (Chen et al. 2018, theorem 1).
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

Velocity = Callable[[Tensor, float], Tensor]
"""v: (x N×…, t) → N×…"""

Method = Literal["euler", "heun"]


@dataclass(frozen=True)
class Solver:
    """Steps of equal length.

    Attributes:
        method: euler, one velocity a step, whose error falls with the length of a step; heun, two, whose
            error falls with its square.
        steps: how many.
    """

    method: Method = "heun"
    steps: int = 20

    def solve(self, velocity: Velocity, x: Tensor, start: float, end: float) -> Tensor:
        """The solution at `end` of what is `x` at `start`; backwards if `end` is before `start`.

        Args:
            velocity: v.
            x: N×…
            start: time of `x`.
            end: time of what is returned.

        Returns:
            N×…
        """
        step = (end - start) / self.steps
        for number in range(self.steps):
            time = start + number * step
            slope = velocity(x, time)
            if self.method == "heun":
                ahead = velocity(x + step * slope, time + step)
                slope = 0.5 * (slope + ahead)
            x = x + step * slope
        return x

    def solve_with_divergence(
        self, velocity: Velocity, x: Tensor, start: float, end: float, probes: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Beside the solution the integral of ∇·v along it.

        Args:
            velocity: v.
            x: N×…
            start: time of `x`.
            end: time of what is returned.
            probes: P×N×…, as `divergence` takes them; the same at all times, as FFJORD does.

        Returns:
            The solution N×… at `end`, and ∫ ∇·v dt from `start` to `end`, N.
        """

        def both(state: Tensor, time: float) -> Tensor:
            place = state[:, :-1].view_as(x)
            slope, rise = divergence(velocity, place, time, probes)
            return torch.cat([slope.flatten(1), rise[:, None]], dim=1)

        state = torch.cat([x.flatten(1), x.new_zeros(len(x), 1)], dim=1)
        state = self.solve(both, state, start, end)
        return state[:, :-1].view_as(x), state[:, -1]


def divergence(velocity: Velocity, x: Tensor, time: float, probes: Tensor) -> tuple[Tensor, Tensor]:
    """The velocity and its divergence, the trace of its Jacobian J: the mean of εᵀJε over probes ε.

    With probes of mean 0 and covariance 1 the mean is right in expectation (Hutchinson 1990; Grathwohl et al.
    2019, FFJORD); with `all_axes` it is exact.

    Args:
        velocity: v; the velocity of one sample must not depend on others.
        x: N×…
        time: t.
        probes: P×N×…

    Returns:
        v N×… and ∇·v N, without gradients.
    """
    rise = x.new_zeros(len(x))
    with torch.enable_grad():
        x = x.detach().requires_grad_(True)
        slope = velocity(x, time)
        for number, probe in enumerate(probes):
            last = number == len(probes) - 1
            (back,) = torch.autograd.grad(slope, x, probe, retain_graph=not last)
            rise += (back * probe).flatten(1).sum(1)
    return slope.detach(), rise / len(probes)


def random_signs(count: int, x: Tensor, generator: torch.Generator) -> Tensor:
    """Probes of ±1, count×N×…: of those with covariance 1 the ones of least variance."""
    drawn = torch.randint(2, (count, *x.shape), generator=generator, device=generator.device)
    signs: Tensor = 2 * drawn.to(x) - 1
    return signs


def all_axes(x: Tensor) -> Tensor:
    """Probes that give the exact trace, D×N×…, where x has D numbers a sample: √D times each axis."""
    size = x[0].numel()
    axes = math.sqrt(size) * torch.eye(size, dtype=x.dtype, device=x.device)
    return axes.view(size, 1, *x.shape[1:]).expand(size, *x.shape)
