"""The bound, importance sampling and AIS, on a model whose log p(x) is known."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generative.measuring.linear import LinearGaussian, generator

from pareidolia.generative.gaussian import DiagonalGaussian
from pareidolia.generative.measuring import Annealing, importance_sampled, lower_bound
from pareidolia.generative.measuring.hamiltonian import hamiltonian_step
from pareidolia.generative.measuring.importance import _Weights
from pareidolia.generative.priors import GaussianMixture, StandardNormal


def test_with_the_true_posterior_one_code_gives_the_evidence():
    model = LinearGaussian()
    _, x = model.drawn(20, generator())
    found = importance_sampled(model, x, 1, generator())
    torch.testing.assert_close(found.value, model.evidence(x), rtol=1e-9, atol=1e-9)
    many = importance_sampled(model, x, 50, generator())
    assert float(many.error.max()) < 1e-6 and float(many.effective.min()) > 49.99


def test_with_the_true_posterior_the_bound_is_the_evidence():
    model = LinearGaussian()
    _, x = model.drawn(20, generator())
    z = lower_bound(model, x, 4000, generator())
    # Exact sample by sample with log q − log p; in expectation with KL in closed form.
    assert float((z.elbo - model.evidence(x)).abs().mean()) < 0.05

    model.prior = GaussianPretender(model.latent)
    exact = lower_bound(model, x, 1, generator())
    torch.testing.assert_close(exact.elbo, model.evidence(x), rtol=1e-9, atol=1e-9)


class GaussianPretender(GaussianMixture):
    """Not known as a standard normal, so that the KL is sampled."""

    def __init__(self, latent):
        object.__setattr__(self, "latent", latent)

    def log_prob(self, z):
        return StandardNormal(self.latent).log_prob(z)


def test_the_bound_falls_short_by_the_divergence_of_the_posteriors():
    model, off = LinearGaussian(), LinearGaussian(off=0.5)
    _, x = model.drawn(300, generator())
    true, q = model.posterior(x), off.posterior(x)
    variance, other = q.log_variance.exp(), true.log_variance.exp()
    gap = 0.5 * (
        variance / other + (q.mean - true.mean).square() / other - 1 + true.log_variance - q.log_variance
    ).sum(-1)
    bound = lower_bound(off, x, 500, generator())
    assert float((model.evidence(x) - bound.elbo).mean()) == pytest.approx(float(gap.mean()), abs=0.02)


def test_importance_sampling_is_within_its_stated_error():
    model = LinearGaussian(off=0.7)
    _, x = model.drawn(200, generator(1))
    found = importance_sampled(model, x, 2000, generator(2))
    scaled = (found.value - model.evidence(x)) / found.error
    # Standard errors that are honest make these standard normal.
    assert abs(float(scaled.mean())) < 0.35 and 0.75 < float(scaled.std()) < 1.3
    assert 1 < float(found.effective.median()) < 2000


@settings(max_examples=25, deadline=None)
@given(at_once=st.integers(1, 3000), samples=st.integers(1, 60), pictures=st.integers(1, 7))
def test_pieces_of_any_size_give_every_picture_all_its_samples(at_once, samples, pictures):
    model = LinearGaussian()
    _, x = model.drawn(pictures, generator())
    found = importance_sampled(model, x, samples, generator(), at_once=at_once)
    torch.testing.assert_close(found.value, model.evidence(x), rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(found.effective, torch.full((pictures,), float(samples)).double())


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.lists(st.floats(-2000, 50), min_size=3, max_size=3), min_size=2, max_size=30),
    st.integers(1, 29),
)
def test_weights_added_in_pieces_are_those_added_at_once(rows, cut):
    log_weights = torch.tensor(rows, dtype=torch.float64)
    sums = _Weights(3, log_weights.device)
    for part in log_weights.split(cut):
        sums.add(part)
    value, error, effective = sums.evidence()
    normal = log_weights.softmax(0)
    torch.testing.assert_close(value, log_weights.logsumexp(0) - math.log(len(rows)), rtol=1e-10, atol=1e-9)
    torch.testing.assert_close(effective, 1 / normal.square().sum(0), rtol=1e-9, atol=1e-9)
    weights = len(rows) * normal
    expected = weights.std(0, correction=0) / math.sqrt(len(rows))
    torch.testing.assert_close(error, expected, rtol=1e-6, atol=1e-7)


def test_the_same_seed_gives_the_same_figures():
    model = LinearGaussian(off=0.5)
    _, x = model.drawn(5, generator())
    one, other = (importance_sampled(model, x, 30, generator(8)).value for _ in range(2))
    assert one.equal(other)
    ais = Annealing(chains=2, steps=5)
    one, other = (ais.below(model, x, generator(8)).value for _ in range(2))
    assert one.equal(other)


def test_hamiltonian_steps_leave_a_gaussian_as_it_is():
    deviation = torch.tensor([0.5, 2.0], dtype=torch.float64)
    target = DiagonalGaussian(torch.tensor([1.0, -1.0]).double(), 2 * deviation.log())
    chains = target.sample(generator(), 4000)
    chances = []
    for _ in range(5):
        step = torch.full((4000,), 0.6, dtype=torch.float64)
        chains, chance = hamiltonian_step(target.log_prob, chains, step, 5, generator(len(chances)))
        chances.append(float(chance.mean()))
    torch.testing.assert_close(chains.mean(0), target.mean, atol=0.1, rtol=0)
    torch.testing.assert_close(chains.std(0), deviation, rtol=0.05, atol=0)
    assert min(chances) > 0.3 and max(chances) < 0.999


def test_hamiltonian_steps_find_their_way():
    target = DiagonalGaussian(torch.full((3,), 4.0).double(), torch.zeros(3).double())
    chains = torch.zeros(2000, 3, dtype=torch.float64)
    for number in range(40):
        step = torch.full((2000,), 0.3, dtype=torch.float64)
        chains, _ = hamiltonian_step(target.log_prob, chains, step, 5, generator(number))
    torch.testing.assert_close(chains.mean(0), target.mean, atol=0.1, rtol=0)
    torch.testing.assert_close(chains.std(0), torch.ones(3).double(), atol=0.06, rtol=0)


def test_a_trajectory_to_infinity_is_not_followed():
    z = torch.ones(4, 2)
    moved, chance = hamiltonian_step(lambda z: -(z**4).sum(-1), z, torch.full((4,), 50.0), 10, generator())
    assert moved.equal(z) and not chance.any()


def test_annealing_finds_the_evidence_from_both_sides():
    model = LinearGaussian()
    z, x = model.drawn(30, generator())
    annealing = Annealing(chains=16, steps=200, leapfrogs=5)
    below = annealing.below(model, x, generator(1))
    above = annealing.above(model, x, z, generator(2))
    true = model.evidence(x)
    assert float((below.value - true).mean()) == pytest.approx(0, abs=0.08)
    assert float((above.value - true).mean()) == pytest.approx(0, abs=0.15)
    scaled = (below.value - true) / below.error
    assert abs(float(scaled.mean())) < 0.8 and float(scaled.std()) < 2
    assert 0.5 < below.accepted < 0.95


def test_few_steps_of_annealing_bound_the_evidence_from_below_and_above():
    model = LinearGaussian(sigma=0.05)
    z, x = model.drawn(50, generator())
    annealing = Annealing(chains=2, steps=12, leapfrogs=2)
    below = annealing.below(model, x, generator(1)).value
    above = annealing.above(model, x, z, generator(2)).value
    true = model.evidence(x)
    assert float((true - below).mean()) > 0.5 and float((above - true).mean()) > 0.5


def test_the_schedule_rises_from_prior_to_posterior():
    schedule = Annealing(steps=50).schedule()
    assert schedule[0] == 0 and schedule[-1] == 1 and len(schedule) == 51
    steps = schedule.diff()
    assert bool((steps > 0).all()) and float(steps[0]) < float(steps[25])
    torch.testing.assert_close(steps, steps.flip(0), rtol=1e-3, atol=1e-6)
