"""A model whose evidence is known: x = W z + m + σ ε, probabilistic PCA."""

import math

import torch
from torch import nn

from pareidolia.generative.gaussian import LOG_TWO_PI, DiagonalGaussian
from pareidolia.generative.priors import StandardNormal


class LinearGaussian(nn.Module):
    """Columns of W are orthogonal, so the posterior is diagonal; `off` moves and widens q away from it."""

    def __init__(self, shape=(1, 3, 4), latent=3, sigma=0.4, off=0.0, dtype=torch.float64):
        super().__init__()
        generator = torch.Generator().manual_seed(3)
        size = shape[0] * shape[1] * shape[2]
        basis = torch.linalg.qr(torch.randn(size, size, generator=generator, dtype=torch.float64)).Q
        lengths = torch.linspace(0.5, 1.5, latent, dtype=torch.float64)
        self.W = nn.Parameter((basis[:, :latent] * lengths).to(dtype), requires_grad=False)
        self.m = nn.Parameter(torch.randn(size, generator=generator, dtype=torch.float64).to(dtype), False)
        self.shape, self.latent, self.sigma, self.off = shape, latent, sigma, off
        self.prior = StandardNormal(latent)

    def decode(self, z):
        return (z @ self.W.T + self.m).unflatten(-1, self.shape)

    def encode(self, pictures):
        return self.posterior(pictures).mean

    def observe(self, pictures, generator):
        return pictures

    def posterior(self, x):
        precision = 1 + self.W.square().sum(0) / self.sigma**2
        mean = (x.flatten(1) - self.m) @ self.W / self.sigma**2 / precision
        log_variance = (-precision.log() + self.off).expand_as(mean)
        return DiagonalGaussian(mean + self.off * log_variance.div(2).exp(), log_variance)

    def log_likelihood(self, x, z):
        squares = ((x - self.decode(z)) / self.sigma).square().flatten(-3).sum(-1)
        size = self.m.numel()
        return -0.5 * (squares + size * LOG_TWO_PI) - size * math.log(self.sigma)

    def log_prior(self, z):
        return self.prior.log_prob(z)

    def evidence(self, x):
        """log p(x), exactly."""
        W = self.W.double()
        covariance = W @ W.T + self.sigma**2 * torch.eye(len(W), dtype=torch.float64)
        density = torch.distributions.MultivariateNormal(self.m.double(), covariance)
        return density.log_prob(x.double().flatten(1))

    def drawn(self, count, generator):
        """Codes and pictures from the joint density."""
        z = torch.randn(count, self.latent, generator=generator, dtype=torch.float64)
        noise = torch.randn(count, *self.shape, generator=generator, dtype=torch.float64)
        return z, self.decode(z) + self.sigma * noise


def generator(seed=0):
    return torch.Generator().manual_seed(seed)
