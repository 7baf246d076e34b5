import math

import pytest
import torch
from tests.generative.sources import Same
from torch.distributions import Categorical, MixtureSameFamily, Normal

from pareidolia.generative.adversary import (
    discriminator_loss,
    discriminator_objective,
    generator_loss,
    gradient_penalty,
)
from pareidolia.generative.building import build, settings_of
from pareidolia.generative.capabilities import Encodes, HasPrior
from pareidolia.training import Batch, TrainingRun, seeded
from pareidolia.training.settings import TrainingSettings

LOGITS = torch.tensor([[-1.5], [0.2], [3.0]], dtype=torch.float64)


def test_the_losses_are_the_papers_formulas():
    real, fake = LOGITS, LOGITS.flip(0) - 0.5
    d_real, d_fake = real.sigmoid(), fake.sigmoid()
    value = d_real.log().mean() + (1 - d_fake).log().mean()
    torch.testing.assert_close(discriminator_loss(real, fake, "minimax"), -value)
    torch.testing.assert_close(discriminator_loss(real, fake, "non-saturating"), -value)
    torch.testing.assert_close(generator_loss(fake, "minimax"), (1 - d_fake).log().mean())
    torch.testing.assert_close(generator_loss(fake, "non-saturating"), -d_fake.log().mean())
    hinge = (1 - real).clamp(min=0).mean() + (1 + fake).clamp(min=0).mean()
    torch.testing.assert_close(discriminator_loss(real, fake, "hinge"), hinge)
    torch.testing.assert_close(generator_loss(fake, "hinge"), -fake.mean())


def test_r1_is_the_squared_gradient_on_real_samples():
    weight = torch.tensor([[1.0, -2.0, 0.5]])
    penalty, logits = gradient_penalty(lambda x: x @ weight.T, torch.randn(6, 3))
    assert penalty.item() == pytest.approx(5.25)
    assert logits.shape == (6, 1)


@pytest.mark.parametrize("kind", ["non-saturating", "hinge"])
def test_r1_costs_half_its_weight(kind):
    weight = torch.tensor([[1.0, -2.0, 0.5]])
    samples = torch.randn(2, 6, 3, generator=torch.Generator().manual_seed(0))
    plain, metrics = discriminator_objective(lambda x: x @ weight.T, *samples, kind=kind)
    assert plain == discriminator_loss(*(samples @ weight.T), kind) and set(metrics) == {"real", "fake"}
    penalized, metrics = discriminator_objective(lambda x: x @ weight.T, *samples, r1=4, kind=kind)
    assert (penalized - plain).item() == pytest.approx(2 * 5.25, rel=1e-5)
    assert metrics["r1"].item() == pytest.approx(5.25)


class Line:
    """A `Source` of numbers in [0, 1], new ones each step, as pictures of one pixel."""

    count, size = 10_000, (1, 1)

    def __init__(self, density, batch):
        self.density, self.count_a_step = density, batch

    def batch(self, step, process_group):
        return Batch(draw(self.density, self.count_a_step, seeded(torch.Generator(), "line", step)))


def draw(density, count, generator):
    """Samples of a mixture of Gaussians, from a generator."""
    chosen = torch.multinomial(density.mixture_distribution.probs, count, True, generator=generator)
    parts = density.component_distribution
    noise = torch.randn(count, generator=generator)
    return (parts.mean[chosen] + parts.stddev[chosen] * noise).view(-1, 1, 1, 1)


def mixture(weights, means, deviations):
    return MixtureSameFamily(
        Categorical(torch.tensor(weights)), Normal(torch.tensor(means), torch.tensor(deviations))
    )


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["minimax", "non-saturating"])
def test_the_best_discriminator_is_p_data_over_p_data_plus_p_g(kind):
    p_data = mixture([0.6, 0.4], [0.3, 0.7], [0.08, 0.06])
    p_g = mixture([1.0], [0.5], [0.15])
    settings = settings_of(
        "gan",
        {
            "loss": kind,
            "hidden": (64, 64),
            "activation": "tanh",
            "r1": 0,
            "batch": 2000,
            "epochs": 700,
            "schedule": "cosine",
            "learning_rate": 4e-3,
            "beta1": 0.9,
            "average": 0.99,
            "latent": 1,
        },
    )
    model = build("gan", settings, (1, 1, 1), 0)
    # The generator is held: its samples are of a known density.
    model.prior = type("Held", (), {"sample": staticmethod(lambda n, g: draw(p_g, n, g)), "latent": 1})()
    model.decode = lambda z: z
    model.phases = lambda: [type(model).phases(model)[0]]
    run = TrainingRun(model, Line(p_data, settings.batch), settings)
    for _ in run:
        pass
    x = torch.linspace(0, 1, 201)
    with torch.no_grad():
        judged = run.result.logits(x.view(-1, 1, 1, 1)).sigmoid().flatten()
    data, made = p_data.log_prob(x).exp(), p_g.log_prob(x).exp()
    seen = data + made > 0.1  # where there are samples to learn from
    assert seen.float().mean() > 0.7
    assert (judged - data / (data + made))[seen].abs().max().item() < 0.02


def make(**values):
    return build("gan", settings_of("gan", {"hidden": (16,), "latent": 3, **values}), (1, 6, 6), 0)


def test_a_gan_samples_and_does_not_encode():
    model = make()
    assert isinstance(model, HasPrior) and not isinstance(model, Encodes)
    made = model.decode(model.prior.sample(4, torch.Generator()))
    assert made.shape == (4, 1, 6, 6) and made.min() >= 0 and made.max() <= 1


@pytest.mark.parametrize("kind", ["minimax", "non-saturating", "hinge"])
@pytest.mark.parametrize("network", ["mlp", "convolutional"])
def test_each_phase_makes_its_own_loss_smaller(kind, network):
    settings = {"loss": kind, "network": network, "width": 4, "average": 0, "epochs": 1, "beta1": 0.9}
    model = make(**settings)
    pictures = torch.rand(16, 1, 6, 6, generator=torch.Generator().manual_seed(0))

    discriminator, generator = model.phases()
    for phase in (discriminator, generator):
        model.phases = lambda phase=phase: [phase]
        settings = TrainingSettings(batch=16, epochs=1, learning_rate=3e-3)
        losses = [step.loss for step in TrainingRun(model, Same(pictures, 30), settings)]
        assert sum(losses[-5:]) < sum(losses[:5])


def test_spectral_norm_bounds_the_discriminators_slope():
    model = make(spectral_norm=True, network="mlp", activation="relu").train()
    pictures = torch.rand(8, 1, 6, 6)
    for _ in range(100):  # power iterations
        model.logits(pictures)
    model.eval()
    one, other = torch.rand(2, 64, 1, 6, 6)
    rise = (model.logits(one) - model.logits(other)).abs().flatten()
    # judge stretches [0, 1] to [-1, 1]: twice the distance.
    assert (rise <= 2.01 * (one - other).flatten(1).norm(dim=1)).all()
    assert not math.isnan(rise.sum().item())
