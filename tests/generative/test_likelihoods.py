import math

import pytest
import torch

from pareidolia.generative.likelihoods import Bernoulli, DiscretizedLogistic, Gaussian


def generator():
    return torch.Generator().manual_seed(0)


def alone(values):
    return values.mean(0)


def test_a_bernoullis_probabilities_sum_to_one_over_all_pictures():
    raw = torch.randn(1, 1, 2, 2, generator=generator(), dtype=torch.float64)
    x = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * 4).view(16, 1, 2, 2)
    total = Bernoulli().log_prob(x, raw.expand(16, -1, -1, -1)).exp().sum()
    assert total.item() == pytest.approx(1)


def test_a_bernoulli_stays_finite_where_probabilities_would_round():
    x, raw = torch.ones(1, 1, 1, 1), torch.full((1, 1, 1, 1), -200.0)
    assert Bernoulli().log_prob(x, raw).item() == -200


def test_dynamic_binarisation_draws_pixels_with_their_grey_as_probability():
    pictures = torch.tensor([0.0, 0.25, 1.0]).view(1, 1, 1, 3).expand(20_000, -1, -1, -1)
    uniform = torch.rand(pictures.shape, generator=generator())
    seen = Bernoulli("dynamic").observe(pictures, lambda: uniform)
    assert set(seen.unique().tolist()) == {0, 1}
    torch.testing.assert_close(seen.mean(0).flatten(), pictures[0].flatten(), atol=0.01, rtol=0)
    above = Bernoulli("threshold").observe(pictures, lambda: uniform)
    assert above[0].flatten().tolist() == [0, 0, 1]
    assert Bernoulli("no").observe(pictures, lambda: uniform) is pictures


def test_a_gaussians_density_is_torchs_and_sums_over_pixels():
    likelihood = Gaussian("learned").double()
    x, raw = torch.rand(2, 3, 1, 4, 4, generator=generator(), dtype=torch.float64)
    reference = torch.distributions.Normal(raw, likelihood.log_sigma.exp()).log_prob(x).flatten(1).sum(1)
    torch.testing.assert_close(likelihood.log_prob(x, raw), reference)


def test_the_optimal_sigma_is_the_one_a_search_finds():
    likelihood = Gaussian("optimal").double()
    x, raw = torch.rand(2, 8, 1, 4, 4, generator=generator(), dtype=torch.float64)
    best = likelihood.training_log_prob(x, raw, alone).sum()
    tried = [
        torch.distributions.Normal(raw, sigma).log_prob(x).sum()
        for sigma in torch.linspace(0.05, 1, 500, dtype=torch.float64)
    ]
    assert best >= max(tried)
    assert best.item() == pytest.approx(max(tried).item(), abs=0.01)
    # Its running mean is what is used when no batch is at hand.
    for _ in range(1000):
        likelihood.training_log_prob(x, raw, alone)
    torch.testing.assert_close(likelihood.log_prob(x, raw).sum(), best, rtol=1e-4, atol=0)


@pytest.mark.parametrize("log_scale", [-6.0, -3.0, 0.0])
def test_a_discretised_logistics_probabilities_sum_to_one(log_scale):
    levels = (torch.arange(256, dtype=torch.float64) / 255).view(256, 1, 1, 1)
    raw = torch.tensor([0.3, log_scale], dtype=torch.float64).view(1, 2, 1, 1).expand(256, -1, -1, -1)
    logs = DiscretizedLogistic().log_prob(levels, raw)
    assert logs.exp().sum().item() == pytest.approx(1)
    # The plain difference of two logistic functions, where it does not cancel.
    scale = math.exp(log_scale)
    upper = torch.sigmoid((levels + 0.5 / 255 - 0.3) / scale).flatten()
    lower = torch.sigmoid((levels - 0.5 / 255 - 0.3) / scale).flatten()
    torch.testing.assert_close(logs[70:80].exp(), (upper - lower)[70:80], rtol=1e-6, atol=1e-12)


def test_a_discretised_logistic_stays_finite_far_from_its_mean():
    raw = torch.tensor([5.0, -7.0]).view(1, 2, 1, 1)
    logs = DiscretizedLogistic().log_prob(torch.tensor([[[[0.5]]]]), raw)
    assert logs.isfinite().all()


@pytest.mark.parametrize("likelihood", [Bernoulli(), Gaussian(), DiscretizedLogistic()])
def test_the_bias_says_the_mean_picture(likelihood):
    mean = torch.rand(3, 4, 4, generator=generator()).clamp(0.01, 0.99)
    raw = likelihood.bias(mean)[None]
    assert raw.shape == (1, 3 * likelihood.numbers, 4, 4)
    torch.testing.assert_close(likelihood.picture(raw)[0], mean)
