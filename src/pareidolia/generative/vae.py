"""The variational autoencoder (Kingma and Welling 2014), and its importance-weighted bound (Burda 2016).

An encoder computes q(z|x) = N(μ, diag σ²), a decoder p(x|z), the prior is p(z) = N(0, 1). Training maximises
the bound  log p(x) ≥ E_q[log p(x|z)] − KL(q(z|x) ‖ p(z)).
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from pareidolia.generative.bound import importance_weighted
from pareidolia.generative.gaussian import DiagonalGaussian
from pareidolia.generative.likelihoods import Bernoulli, DiscretizedLogistic, Gaussian, Likelihood
from pareidolia.generative.model import GenerativeModel
from pareidolia.generative.networks import Shape, make_decoder, make_encoder, set_output
from pareidolia.generative.priors import StandardNormal
from pareidolia.generative.settings import VAESettings
from pareidolia.training import Batch, Losses, Phase, StepContext


def make_vae(settings: VAESettings, shape: Shape, classes: int = 0) -> GenerativeModel[VAESettings]:
    """Make the variational autoencoder that settings describe.

    Args:
        settings: of the model.
        shape: C, H, W of the pictures.
        classes: number of classes of the data.

    Returns:
        A `VAE` or a `ConditionalVAE`.

    Raises:
        PareidoliaError: If labels are to be the condition and there are fewer than two.
    """
    if settings.labels == "condition":
        from pareidolia.generative.conditional_vae import ConditionalVAE

        return ConditionalVAE(settings, shape, classes)
    return VAE(settings, shape, classes)


class VAE(GenerativeModel[VAESettings]):
    """A variational autoencoder.

    Can: Encodes, HasPrior (Decodes), HasDensity.

    Args:
        settings: see `VAESettings`.
        shape: C, H, W of the pictures.
        classes: number of classes of the data; not used.
    """

    def __init__(self, settings: VAESettings, shape: Shape, classes: int = 0) -> None:
        super().__init__(settings, shape, classes)
        self.latent = settings.latent
        self.prior = StandardNormal(settings.latent)
        self.likelihood = make_likelihood(settings, shape)
        channels, *size = shape
        self.encoder = make_encoder(settings, shape, 2 * settings.latent)
        self.decoder = make_decoder(
            settings, settings.latent, (self.likelihood.numbers * channels, size[0], size[1])
        )

    def init_output_bias(self, mean: Tensor) -> None:
        """Set the decoder's output to the data's mean picture, C×H×W (or its colour), to begin with."""
        set_output(self.decoder, self.likelihood.bias(mean))

    def posterior(self, x: Tensor) -> DiagonalGaussian:
        """q(z|x) of N×L."""
        mean, log_variance = self.encoder(x).chunk(2, dim=-1)
        return DiagonalGaussian(mean, log_variance)

    def raw(self, z: Tensor) -> Tensor:
        """The decoder's outputs, …×N×L → …×N×(numbers·C)×H×W."""
        numbers: Tensor = self.decoder(z.reshape(-1, self.latent))
        return numbers.reshape(*z.shape[:-1], *numbers.shape[1:])

    def decode(self, z: Tensor) -> Tensor:
        """N×L → the mean picture, N×C×H×W in [0, 1]."""
        return self.likelihood.picture(self.raw(z))

    def encode(self, pictures: Tensor) -> Tensor:
        """N×C×H×W → the posterior's mean, N×L."""
        return self.posterior(pictures).mean

    def observe(self, pictures: Tensor, generator: torch.Generator) -> Tensor:
        """Pictures as the likelihood takes them: binarised if it wants that."""

        def uniform() -> Tensor:
            return torch.rand(pictures.shape, generator=generator, device=generator.device).to(pictures)

        return self.likelihood.observe(pictures, uniform)

    def log_likelihood(self, x: Tensor, z: Tensor) -> Tensor:
        """log p(x|z): x N×C×H×W, z …×N×L → …×N."""
        return self.likelihood.log_prob(x, self.raw(z))

    def log_prior(self, z: Tensor) -> Tensor:
        """log p(z): …×L → …"""
        return self.prior.log_prob(z)

    def phases(self) -> Sequence[Phase]:
        """One: the bound."""
        return [Phase("bound", self.parameters(), self.loss)]

    def loss(self, batch: Batch, context: StepContext) -> Losses:
        """The negative bound in nats: summed over pixels and latents, mean over the batch."""
        x = self.likelihood.observe(batch.pictures, lambda: context.uniform(*self.shape))
        posterior = self.posterior(x)
        if self.settings.samples > 1:
            return self._importance_weighted(x, posterior, context)
        z = posterior.at(context.normal(self.latent))
        log_likelihood = self.likelihood.training_log_prob(x, self.raw(z), context.mean)
        return negative_bound(self.settings, log_likelihood, posterior, context)

    def _importance_weighted(self, x: Tensor, posterior: DiagonalGaussian, context: StepContext) -> Losses:
        """−E log 1/k Σ p(x, z) / q(z|x), of k samples (Burda et al. 2016, equation 8)."""
        count = self.settings.samples
        z = posterior.at(context.normal(count, self.latent).transpose(0, 1))
        log_likelihood = self.likelihood.training_log_prob(x, self.raw(z), context.mean)
        divergence = posterior.log_prob(z) - self.prior.log_prob(z)
        log_weights = log_likelihood - _weight(self.settings, context) * divergence
        bound = importance_weighted(log_weights).mean()
        metrics = {"reconstruction": -log_likelihood.detach().mean(), "kl": divergence.detach().mean()}
        return Losses(-bound, metrics)


def make_likelihood(settings: VAESettings, shape: Shape) -> Likelihood:
    """The likelihood that settings name, for pictures of C, H, W."""
    kind = settings.likelihood
    if kind == "auto":
        kind = "bernoulli" if shape[0] == 1 else "gaussian"
    if kind == "bernoulli":
        return Bernoulli(settings.binarize)
    return Gaussian(settings.sigma) if kind == "gaussian" else DiscretizedLogistic()


def negative_bound(
    settings: VAESettings, log_likelihood: Tensor, posterior: DiagonalGaussian, context: StepContext
) -> Losses:
    """The negative bound with β, its warm-up and free bits.

    Args:
        settings: of the model.
        log_likelihood: log p(x|z), N.
        posterior: q(z|x), of N×L.
        context: of the step.

    Returns:
        The mean over the batch.
    """
    divergence = posterior.divergence()
    cost, fit = divergence.sum(-1).mean(), log_likelihood.mean()
    metrics = {"reconstruction": -fit.detach(), "kl": cost.detach()}
    if settings.free_bits > 0:
        cost = context.mean(divergence).clamp(min=settings.free_bits).sum()
    return Losses(_weight(settings, context) * cost - fit, metrics)


def _weight(settings: VAESettings, context: StepContext) -> float:
    """β, after a linear warm-up."""
    warm_up = settings.kl_warm_up
    return settings.beta * (min(1.0, context.epoch / warm_up) if warm_up else 1.0)
