"""Hamiltonian Monte Carlo on many chains at once."""

from collections.abc import Callable

import torch
from torch import Tensor

LogDensity = Callable[[Tensor], Tensor]


def hamiltonian_step(
    log_density: LogDensity, z: Tensor, step: Tensor, leapfrogs: int, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """One transition of every chain that leaves `log_density` invariant (Neal 2011, figure 2).

    Args:
        log_density: …×L → …, differentiable, up to a constant.
        z: the chains' positions, …×L.
        step: length of a leapfrog step, broadcast to ….
        leapfrogs: number of leapfrog steps.
        generator: of momenta and decisions.

    Returns:
        The positions after it, …×L, and the probability with which each move was accepted, ….
    """
    momentum = torch.randn(z.shape, generator=generator, device=generator.device).to(z)
    start, gradient = _pull(log_density, z)
    place, moved = z, momentum
    for _ in range(leapfrogs):
        moved = moved + 0.5 * step[..., None] * gradient
        place = place + step[..., None] * moved
        end, gradient = _pull(log_density, place)
        moved = moved + 0.5 * step[..., None] * gradient
    gained = end - start - 0.5 * (moved.square().sum(-1) - momentum.square().sum(-1))
    # A trajectory that diverged is rejected.
    chance = gained.nan_to_num(nan=-torch.inf).clamp(max=0).exp()
    drawn = torch.rand(chance.shape, generator=generator, device=generator.device).to(chance)
    return torch.where((drawn < chance)[..., None], place, z), chance


@torch.enable_grad()
def _pull(log_density: LogDensity, z: Tensor) -> tuple[Tensor, Tensor]:
    """The log density at z and its gradient there."""
    z = z.detach().requires_grad_()
    value = log_density(z)
    (gradient,) = torch.autograd.grad(value.sum(), z)
    return value.detach(), gradient
