import math

import pytest
import torch
from torch.distributions import Independent, Normal, kl_divergence

from pareidolia.generative.capabilities import HasInverseCdf
from pareidolia.generative.gaussian import DiagonalGaussian
from pareidolia.generative.priors import HasParts, make_prior
from pareidolia.settings import BadNetwork, PareidoliaError, UnknownName


def generator():
    return torch.Generator().manual_seed(0)


def gaussian():
    values = torch.randn(2, 5, 3, generator=generator(), dtype=torch.float64)
    return DiagonalGaussian(values[0], values[1])


def test_the_gaussian_agrees_with_torchs():
    q = gaussian()
    reference = Normal(q.mean, q.deviation)
    z = q.sample(generator(), 4)
    assert z.shape == (4, 5, 3)
    torch.testing.assert_close(q.log_prob(z), Independent(reference, 1).log_prob(z))
    standard = Normal(torch.zeros_like(q.mean), torch.ones_like(q.mean))
    torch.testing.assert_close(q.divergence(), kl_divergence(reference, standard))


def test_samples_have_the_mean_and_the_deviation_not_their_product():
    q = DiagonalGaussian(torch.tensor([3.0, 0.0]), torch.tensor([0.2, 1.0]).log() * 2)
    z = q.sample(generator(), 100_000)
    torch.testing.assert_close(z.mean(0), q.mean, atol=0.02, rtol=0)
    torch.testing.assert_close(z.std(0), q.deviation, atol=0.01, rtol=0)


@pytest.mark.parametrize("name", ["normal", "uniform", "mixture"])
def test_a_priors_density_integrates_to_one_and_fits_its_samples(name):
    prior = make_prior(name, 2)
    side = torch.linspace(-7.99, 7.99, 800)  # middles of cells
    points = torch.cartesian_prod(side, side)
    step = (side[1] - side[0]).item()
    weights = prior.log_prob(points).exp() * step**2
    assert weights.sum().item() == pytest.approx(1, abs=0.01)
    samples = prior.sample(200_000, generator())
    torch.testing.assert_close(samples.mean(0), (weights[:, None] * points).sum(0), atol=0.02, rtol=0)
    covariance = (weights[:, None, None] * points[:, :, None] * points[:, None, :]).sum(0)
    torch.testing.assert_close(samples.T.cov(), covariance, atol=0.05, rtol=0)


@pytest.mark.parametrize("name", ["normal", "uniform"])
def test_the_inverse_cdf_of_uniform_numbers_is_distributed_as_samples(name):
    prior = make_prior(name, 3)
    assert isinstance(prior, HasInverseCdf) and hasattr(prior, "log_prob")
    points = prior.inverse_cdf((torch.arange(10_000) + 0.5)[:, None].expand(-1, 3) / 10_000)
    samples = prior.sample(10_000, generator())
    torch.testing.assert_close(samples.sort(0).values, points, atol=0.5, rtol=0.2)
    torch.testing.assert_close(samples.std(0), points.std(0), atol=0.03, rtol=0)


@pytest.mark.parametrize("name", ["mixture", "swiss-roll"])
def test_parts_together_are_the_prior(name):
    prior = make_prior(name, 2, 5)
    assert isinstance(prior, HasParts)
    parts = prior.sample_each(40_000, generator())
    assert parts.shape == (40_000, 5, 2)
    whole = prior.sample(200_000, generator())
    torch.testing.assert_close(parts.flatten(0, 1).T.cov(), whole.T.cov(), atol=0.1, rtol=0)
    means = parts.mean(0)
    assert (means[:, None] - means).norm(dim=-1).add(10 * torch.eye(5)).min() > 0.5


def test_the_swiss_roll_is_uniform_along_its_length():
    radius = make_prior("swiss-roll", 2).sample(100_000, generator()).norm(dim=1)
    # Length up to radius r grows as r² once the band is longer than it is near the middle.
    assert (radius < 2).float().mean().item() == pytest.approx(0.25, abs=0.03)
    assert radius.max() < 4.6


def test_any_sampler_will_do(tmp_path):
    file = tmp_path / "ring.py"
    file.write_text(
        "import torch\n"
        "def ring(count, generator):\n"
        "    z = torch.randn(count, 2, generator=generator)\n"
        "    return z / z.norm(dim=1, keepdim=True)\n"
        "def flat(count, generator):\n"
        "    return torch.zeros(count)\n"
        "def broken(count):\n"
        "    return None\n"
    )
    prior = make_prior(f"{file}:ring", 2)
    torch.testing.assert_close(prior.sample(50, generator()).norm(dim=1), torch.ones(50))
    assert not hasattr(prior, "log_prob")
    with pytest.raises(PareidoliaError, match=r"shape \(3,\), not \(3, 2\)"):
        make_prior(f"{file}:flat", 2)
    with pytest.raises(PareidoliaError, match="failed"):
        make_prior(f"{file}:broken", 2)
    with pytest.raises(UnknownName, match="did you mean ring"):
        make_prior(f"{file}:rings", 2)
    with pytest.raises(BadNetwork, match="does not exist"):
        make_prior(f"{tmp_path}/none.py:ring", 2)


def test_wrong_priors_are_refused():
    with pytest.raises(UnknownName, match="did you mean mixture"):
        make_prior("mixtur", 2)
    with pytest.raises(PareidoliaError, match="--latent 2, not 8"):
        make_prior("swiss-roll", 8)
    assert math.isinf(make_prior("uniform", 1).log_prob(torch.tensor([1.5])))
