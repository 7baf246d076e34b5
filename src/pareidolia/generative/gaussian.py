"""The Gaussian with a diagonal covariance: a VAE's posterior."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

LOG_TWO_PI = math.log(2 * math.pi)


@dataclass(frozen=True)
class DiagonalGaussian:
    """N(μ, diag σ²) over the last dimension.

    Attributes:
        mean: …×L.
        log_variance: …×L, log σ².
    """

    mean: Tensor
    log_variance: Tensor

    @property
    def deviation(self) -> Tensor:
        """σ, …×L."""
        return torch.exp(0.5 * self.log_variance)

    def at(self, noise: Tensor) -> Tensor:
        """z = μ + σ·ε (Kingma and Welling 2014, equation 10).

        Beware of z = μ·ε, which is sometimes seen: the variance would be μ² and no σ would be learned.

        Args:
            noise: ε, standard normal, …×L.

        Returns:
            …×L.
        """
        return self.mean + self.deviation * noise

    def sample(self, generator: torch.Generator, *count: int) -> Tensor:
        """Samples count×…×L."""
        shape = (*count, *self.mean.shape)
        noise = torch.randn(shape, generator=generator, device=generator.device, dtype=self.mean.dtype)
        return self.at(noise.to(self.mean.device))

    def log_prob(self, z: Tensor) -> Tensor:
        """Log density in nats, …×L → …"""
        scaled = (z - self.mean).square() * torch.exp(-self.log_variance)
        return -0.5 * (LOG_TWO_PI + self.log_variance + scaled).sum(-1)

    def divergence(self) -> Tensor:
        """KL(N(μ, σ²) ‖ N(0, 1)) of each dimension, in nats: ½ (μ² + σ² − 1 − log σ²), …×L.

        Sum over the last dimension for the whole; a mean there is a classic mistake, since it scales the KL
        by 1/L.
        """
        return 0.5 * (self.mean.square() + self.log_variance.exp() - 1 - self.log_variance)
