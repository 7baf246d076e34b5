"""Priors p(z): what codes are drawn from, and what an adversarial autoencoder bends its codes to."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.generative.gaussian import LOG_TWO_PI


@dataclass(frozen=True)
class StandardNormal:
    """N(0, 1) in each of L dimensions."""

    latent: int

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×L."""
        return torch.randn(count, self.latent, generator=generator, device=generator.device)

    def log_prob(self, z: Tensor) -> Tensor:
        """…×L → …"""
        return -0.5 * (LOG_TWO_PI + z.square()).sum(-1)

    def inverse_cdf(self, u: Tensor) -> Tensor:
        """…×L in (0, 1) → …×L."""
        return torch.special.ndtri(u)


@dataclass(frozen=True)
class UniformCube:
    """Uniform in [-1, 1] in each of L dimensions (Goodfellow et al. 2014)."""

    latent: int

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×L."""
        return 2 * torch.rand(count, self.latent, generator=generator, device=generator.device) - 1

    def log_prob(self, z: Tensor) -> Tensor:
        """…×L → …; -inf outside the cube."""
        inside = (z.abs() <= 1).all(-1)
        return torch.where(inside, -self.latent * math.log(2), -math.inf)

    def inverse_cdf(self, u: Tensor) -> Tensor:
        """…×L in (0, 1) → …×L."""
        return 2 * u - 1


@dataclass(frozen=True)
class GaussianMixture:
    """Petals: K two-dimensional Gaussians around the origin, each long towards it (Makhzani et al. 2015, figure 4).

    Attributes:
        components: K.
        radius: of the circle the means lie on.
        along, across: standard deviations towards the origin and across.
    """

    components: int = 10
    radius: float = 3.0
    along: float = 0.9
    across: float = 0.25
    latent: int = 2

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×2."""
        chosen = torch.randint(self.components, (count,), generator=generator, device=generator.device)
        return self.sample_of(chosen, generator)

    def sample_of(self, components: Tensor, generator: torch.Generator) -> Tensor:
        """N component numbers → N×2, each from its component."""
        noise = torch.randn(len(components), 2, generator=generator, device=generator.device)
        local = noise * noise.new_tensor([self.along, self.across])
        local[:, 0] += self.radius
        return self._turned(local, components)

    def log_prob(self, z: Tensor) -> Tensor:
        """…×2 → …"""
        numbers = torch.arange(self.components, device=z.device)
        local = self._turned(z[..., None, :].expand(*z.shape[:-1], self.components, 2), -numbers)
        along = (local[..., 0] - self.radius) / self.along
        across = local[..., 1] / self.across
        densities = -0.5 * (along.square() + across.square()) - math.log(self.along * self.across)
        return densities.logsumexp(-1) - LOG_TWO_PI - math.log(self.components)

    def _turned(self, points: Tensor, components: Tensor) -> Tensor:
        angles = components * (2 * math.pi / self.components)
        cos, sin = angles.cos(), angles.sin()
        x, y = points[..., 0], points[..., 1]
        return torch.stack([cos * x - sin * y, sin * x + cos * y], dim=-1)


@dataclass(frozen=True)
class SwissRoll:
    """A band rolled up in the plane (Makhzani et al. 2015, figure 4), uniform along its length.

    Attributes:
        components: how many stretches of equal length labels choose between.
        turns: how often it goes round.
        radius: at its outer end.
        thickness: standard deviation across the band.
    """

    components: int = 10
    turns: float = 2.0
    radius: float = 4.0
    thickness: float = 0.08
    latent: int = 2

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×2."""
        return self._at(torch.rand(count, generator=generator, device=generator.device), generator)

    def sample_of(self, components: Tensor, generator: torch.Generator) -> Tensor:
        """N component numbers, 0 the innermost → N×2, each from its stretch."""
        within = torch.rand(len(components), generator=generator, device=generator.device)
        return self._at((components + within) / self.components, generator)

    def _at(self, share: Tensor, generator: torch.Generator) -> Tensor:
        # Arc length of a spiral r ∝ angle grows as angle², so the root makes it uniform along the band.
        angle = 2 * math.pi * self.turns * share.sqrt()
        radius = self.radius * share.sqrt()
        spiral = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=-1)
        noise = torch.randn(len(share), 2, generator=generator, device=generator.device)
        return spiral + self.thickness * noise


@dataclass(frozen=True)
class Sampler:
    """Any sampler: a callable (count, generator) → count×L."""

    latent: int
    draw: Callable[[int, torch.Generator], Tensor]

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×L."""
        return self.draw(count, generator)
