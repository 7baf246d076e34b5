"""Priors p(z): distributions of codes, which an adversarial autoencoder matches its codes to."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import torch
from torch import Tensor

from pareidolia.generative.capabilities import Prior
from pareidolia.generative.conditions import WithLabel
from pareidolia.generative.gaussian import LOG_TWO_PI
from pareidolia.networks.sources.callables import find_callable
from pareidolia.settings import PareidoliaError, UnknownName


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
        z: Tensor = torch.special.ndtri(u)
        return z


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
    """Petals: K Gaussians in a ring, each long towards the origin (Makhzani et al. 2015, figure 4).

    Attributes:
        components: K.
        radius: of the circle the means lie on.
        along: standard deviation towards the origin.
        across: standard deviation across that.
        latent: 2.
    """

    components: int = 10
    radius: float = 3.0
    along: float = 0.9
    across: float = 0.25
    latent: int = 2

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×2."""
        chosen = torch.randint(self.components, (count,), generator=generator, device=generator.device)
        return self._of(chosen, generator)

    def sample_each(self, count: int, generator: torch.Generator) -> Tensor:
        """count×K×2, one of each component."""
        every = torch.arange(self.components, device=generator.device)
        return self._of(every.repeat(count), generator).view(count, -1, 2)

    def _of(self, components: Tensor, generator: torch.Generator) -> Tensor:
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
        components: number of stretches of equal length that labels choose between.
        turns: how often it goes round.
        radius: at its outer end.
        thickness: standard deviation across the band.
        latent: 2.
    """

    components: int = 10
    turns: float = 2.0
    radius: float = 4.0
    thickness: float = 0.08
    latent: int = 2

    def sample(self, count: int, generator: torch.Generator) -> Tensor:
        """count×2."""
        return self._at(torch.rand(count, generator=generator, device=generator.device), generator)

    def sample_each(self, count: int, generator: torch.Generator) -> Tensor:
        """count×K×2, one of each stretch, the innermost first."""
        within = torch.rand(count, self.components, generator=generator, device=generator.device)
        share = (within + torch.arange(self.components, device=generator.device)) / self.components
        return self._at(share.flatten(), generator).view(count, -1, 2)

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


def truncated(prior: Prior | None, limit: float, owner: str) -> Prior:
    """The prior without the samples that have a number of greater size (Brock et al. 2019, section 3.1).

    Such samples are nearer to the middle of what was learned: clearer, and less varied.

    Args:
        prior: normal, with labels or without.
        limit: greatest size of a number.
        owner: whose prior it is, in words.

    Returns:
        A sampler.

    Raises:
        PareidoliaError: the prior is not normal.
    """
    if isinstance(prior, WithLabel):
        return WithLabel(truncated(prior.unlabeled, limit, owner), prior.classes)
    if not isinstance(prior, StandardNormal):
        raise PareidoliaError(f"--truncation cuts off a normal prior, and {owner} has none")
    below = float(torch.special.ndtr(torch.tensor(-limit, dtype=torch.float64)))

    def draw(count: int, generator: torch.Generator) -> Tensor:
        shares = torch.rand(count, prior.latent, generator=generator, device=generator.device)
        # The least of them is 0, whose place would be infinite without a limit.
        return prior.inverse_cdf(below + (1 - 2 * below) * shares).clamp(-limit, limit)

    return Sampler(prior.latent, draw)


@runtime_checkable
class HasParts(Protocol):
    """A prior with a part for each label."""

    def sample_each(self, count: int, generator: torch.Generator) -> Tensor:
        """count×K×L, one of each part."""
        ...


_NAMES = ("normal", "uniform", "mixture", "swiss-roll")


def make_prior(name: str, latent: int, parts: int = 10) -> Prior:
    """Make a prior by name.

    Args:
        name: normal, uniform, mixture, swiss-roll, or a sampler as package.module:function or
            file.py:function.
        latent: length of a code.
        parts: of mixture and swiss-roll.

    Returns:
        The prior.

    Raises:
        UnknownName: If there is no such prior.
        PareidoliaError: If a prior of the plane is wanted for another length.
    """
    if ":" in name:
        return _from_code(name, latent)
    if name not in _NAMES:
        raise UnknownName("prior", name, _NAMES)
    if name in ("mixture", "swiss-roll"):
        if latent != 2:
            raise PareidoliaError(f"the prior '{name}' lies in the plane: it needs --latent 2, not {latent}")
        return GaussianMixture(parts) if name == "mixture" else SwissRoll(parts)
    return StandardNormal(latent) if name == "normal" else UniformCube(latent)


def _from_code(name: str, latent: int) -> Sampler:
    home, _, function = name.rpartition(":")
    draw = find_callable(home, function)
    sampler = Sampler(latent, draw)
    try:
        shape: Any = tuple(sampler.sample(3, torch.Generator()).shape)
    except Exception as error:
        raise PareidoliaError(f"the prior {name}(3, generator) failed: {error}") from error
    if shape != (3, latent):
        raise PareidoliaError(f"the prior {name}(3, generator) gave shape {shape}, not (3, {latent})")
    return sampler
