import math

import pytest
import torch
from torch import nn

from pareidolia.generative.bound import (
    bound_of_joint,
    bound_with_closed_divergence,
    bound_with_sampled_divergence,
    importance_weighted,
)
from pareidolia.generative.building import build, settings_of
from pareidolia.generative.capabilities import Encodes, HasDensity, HasPrior
from pareidolia.training import Batch, StepContext, TrainingRun, seeded
from pareidolia.training.data import Pictures, PictureSet

SHAPE = (1, 4, 4)


def make(**values):
    return build("vae", settings_of("vae", {"latent": 2, "hidden": (12,), **values}), SHAPE, 0)


def pictures(count=5, shape=SHAPE):
    return torch.rand(count, *shape, generator=torch.Generator().manual_seed(1))


def context(batch=5, step=0):
    return StepContext(step, 10, step / 10, batch, seeded(torch.Generator(), step))


def wide(model):
    """In double precision, and with a posterior and decoder that are far from their gentle start."""
    model = model.double()
    with torch.no_grad():
        for each in model.parameters():
            each.mul_(1.5)
    return model


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian", "discretized-logistic"])
def test_the_three_lines_of_the_bound(likelihood):
    model = wide(make(likelihood=likelihood))
    assert isinstance(model, HasDensity) and isinstance(model, HasPrior) and isinstance(model, Encodes)
    generator = torch.Generator().manual_seed(0)
    x = model.observe(pictures().double(), generator)
    z = model.posterior(x).sample(generator, 20_000)
    joint = bound_of_joint(model, x, z)
    sampled = bound_with_sampled_divergence(model, x, z)
    closed = bound_with_closed_divergence(model, x, z)
    assert joint.shape == (20_000, 5)
    torch.testing.assert_close(joint, sampled)  # sample by sample
    assert (joint - closed).abs().mean() > 0.01  # the third is not, but its mean is
    error = 4 * (joint - closed).std(0) / math.sqrt(len(z))
    assert ((joint - closed).mean(0).abs() < error).all()


@pytest.mark.parametrize("likelihood", ["bernoulli", "gaussian"])
def test_p_of_x_is_the_integral_over_z(likelihood):
    """On a one-dimensional latent: quadrature, importance sampling and the bound agree as they should."""
    model = make(latent=1, likelihood=likelihood).double()
    generator = torch.Generator().manual_seed(0)
    x = model.observe(pictures().double(), generator)
    grid = torch.linspace(-10, 10, 4001, dtype=torch.float64)[:, None, None].expand(-1, 5, 1)
    joint = model.log_likelihood(x, grid) + model.log_prior(grid)
    log_p = joint.logsumexp(0) + math.log(20 / 4000)
    z = model.posterior(x).sample(generator, 50_000)
    weights = bound_of_joint(model, x, z)
    torch.testing.assert_close(importance_weighted(weights), log_p, atol=0.05, rtol=0)
    assert (weights.mean(0) < log_p).all()


def test_iwaes_bound_grows_with_k_towards_log_p():
    model = wide(make(latent=1))
    generator = torch.Generator().manual_seed(0)
    x = model.observe(pictures().double(), generator)
    weights = bound_of_joint(model, x, model.posterior(x).sample(generator, 12_000))
    bounds = [importance_weighted(weights.unflatten(0, (k, -1))).mean(0) for k in (1, 4, 40)]
    assert (bounds[0] < bounds[1]).all() and (bounds[1] < bounds[2]).all()


def test_the_loss_is_the_negative_bound():
    model = make()
    batch = Batch(pictures().round())
    losses = model.loss(batch, context())
    assert losses.total.item() == pytest.approx(sum(value.item() for value in losses.metrics.values()))
    draws = [model.loss(batch, context(step=step)).total for step in range(400)]
    z = model.posterior(batch.pictures).sample(torch.Generator().manual_seed(2), 400)
    expected = -bound_of_joint(model, batch.pictures, z).mean()
    assert torch.stack(draws).mean().item() == pytest.approx(expected.item(), rel=0.01)


def test_many_samples_make_the_importance_weighted_loss_smaller():
    one, many = make(samples=1), make(samples=50)
    batch = Batch(pictures().round())
    with torch.no_grad():
        losses = [
            torch.stack([model.loss(batch, context(step=step)).total for step in range(50)]).mean()
            for model in (one, many)
        ]
    assert losses[1] < losses[0]


def test_beta_warm_up_and_free_bits_weigh_the_divergence():
    batch = Batch(pictures().round())

    def parts(step=0, **values):
        losses = wide(make(**values)).float().loss(batch, context(step=step))
        return losses.total.item(), losses.metrics["reconstruction"].item(), losses.metrics["kl"].item()

    total, reconstruction, kl = parts(beta=4)
    assert total == pytest.approx(reconstruction + 4 * kl, rel=1e-5)
    total, reconstruction, _ = parts(kl_warm_up=1)
    assert total == pytest.approx(reconstruction, rel=1e-5)
    total, reconstruction, kl = parts(step=5, kl_warm_up=1)
    assert total == pytest.approx(reconstruction + 0.5 * kl, rel=1e-5)
    total, reconstruction, kl = parts(free_bits=50)
    assert total == pytest.approx(reconstruction + 2 * 50, rel=1e-5) and kl < 100


@pytest.mark.parametrize("shape", [(1, 8, 8), (3, 20, 28), (1, 28, 28), (3, 64, 64)])
def test_convolutional_networks_fit_any_shape(shape):
    model = build("vae", settings_of("vae", {"network": "convolutional", "width": 4}), shape, 0)
    model.init_output_bias(torch.full(shape, 0.3))
    x = pictures(3, shape)
    assert model.encode(x).shape == (3, 16)
    decoded = model.decode(torch.zeros(2, 16))
    assert decoded.shape == (2, *shape) and decoded.min() >= 0 and decoded.max() <= 1


class LinearModel:
    """Probabilistic PCA (Tipping and Bishop 1999) of random data, its maximum in closed form."""

    def __init__(self, latent=2, side=3, count=400):
        generator = torch.Generator().manual_seed(7)
        size = side * side
        mixing = torch.randn(size, latent, generator=generator, dtype=torch.float64) * 0.1
        codes = torch.randn(count, latent, generator=generator, dtype=torch.float64)
        noise = 0.05 * torch.randn(count, size, generator=generator, dtype=torch.float64)
        data = 0.5 + codes @ mixing.T + noise
        # What the data sets hold: bytes.
        self.bytes = (data * 255).round().clamp(0, 255).to(torch.uint8).view(count, 1, side, side)
        self.x = self.bytes.double() / 255
        flat = self.x.flatten(1)
        self.mean = flat.mean(0)
        values, vectors = torch.linalg.eigh((flat - self.mean).T.cov(correction=0))
        values, vectors = values.flip(0), vectors.flip(1)
        self.variance = values[latent:].mean()
        self.weight = vectors[:, :latent] * (values[:latent] - self.variance).sqrt()
        covariance = self.weight @ self.weight.T + self.variance * torch.eye(size, dtype=torch.float64)
        gaussian = torch.distributions.MultivariateNormal(self.mean, covariance)
        self.log_p = gaussian.log_prob(flat)
        self.size, self.latent, self.side = size, latent, side

    def vae(self, **values):
        settings = settings_of(
            "vae",
            {"latent": self.latent, "hidden": (), "likelihood": "gaussian", "sigma": "learned", **values},
        )
        return build("vae", settings, (1, self.side, self.side), 0)


def test_at_probabilistic_pcas_optimum_the_bound_is_log_p():
    linear = LinearModel()
    model = linear.vae().double()
    encoder = next(each for each in model.encoder.modules() if isinstance(each, nn.Linear))
    decoder = next(each for each in model.decoder.modules() if isinstance(each, nn.Linear))
    inner = linear.weight.T @ linear.weight + linear.variance * torch.eye(2, dtype=torch.float64)
    with torch.no_grad():
        decoder.weight.copy_(linear.weight)
        decoder.bias.copy_(linear.mean)
        model.likelihood.log_sigma.copy_(linear.variance.sqrt().log())
        projection = torch.linalg.solve(inner, linear.weight.T)
        encoder.weight.copy_(torch.cat([projection, torch.zeros_like(projection)]))
        encoder.bias[:2] = -projection @ linear.mean
        # The columns of W are orthogonal, so the posterior's covariance σ² M⁻¹ is diagonal.
        encoder.bias[2:] = (linear.variance / inner.diagonal()).log()
        z = model.posterior(linear.x).sample(torch.Generator().manual_seed(0), 3)
        # Where q is the true posterior, log p(x, z) − log q(z|x) is log p(x) for every z.
        joint = bound_of_joint(model, linear.x, z)
    torch.testing.assert_close(joint, linear.log_p.expand(3, -1), atol=1e-6, rtol=0)


@pytest.mark.slow
def test_a_trained_linear_vae_comes_within_a_hundredth_of_a_nat_a_dimension():
    linear = LinearModel()
    model = linear.vae(epochs=2500, batch=400, learning_rate=1e-2, schedule="cosine")
    model.init_output_bias(linear.mean.view(1, linear.side, linear.side).float())
    data = PictureSet("linear", "train", linear.bytes)
    source = Pictures(data, 400, 0, torch.device("cpu"))
    for _ in TrainingRun(model, source, model.settings):
        pass
    x = linear.x.float()
    with torch.no_grad():
        z = model.posterior(x).sample(torch.Generator().manual_seed(0), 500)
        bound = bound_with_closed_divergence(model, x, z).mean()
    assert 0 <= (linear.log_p.mean() - bound).item() / linear.size < 0.01
