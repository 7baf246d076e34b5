"""The rectified flow: its equation solved, its density, and what it learns, against closed forms."""

import math

import pytest
import torch
from torch.distributions import MultivariateNormal

from pareidolia.generative.building import build, settings_of
from pareidolia.generative.capabilities import Encodes, HasDensity, HasLogProb, HasPrior
from pareidolia.generative.odes import Solver, all_axes, divergence, random_signs
from pareidolia.generative.unet import UNet
from pareidolia.settings import PareidoliaError
from pareidolia.training import Batch, StepContext, TrainingRun, seeded

SHAPE = (1, 2, 2)
MEAN = torch.tensor([0.2, -0.1, 0.3, 0.0], dtype=torch.float64)
ROOT = torch.tensor(
    [[0.20, 0, 0, 0], [0.10, 0.15, 0, 0], [0, 0.05, 0.10, 0], [0.05, 0, 0, 0.12]], dtype=torch.float64
)
COVARIANCE = ROOT @ ROOT.T


def make(shape=SHAPE, classes=0, **values):
    settings = {"width": 8, "patch": 1, **values}
    return build("flow", settings_of("flow", settings), shape, classes)


def stirred(model, scale=0.3):
    """A model whose velocity is not 0, as it is before training."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for each in model.parameters():
            each.add_(
                scale * torch.randn(each.shape, generator=generator).to(each) / math.sqrt(each[0].numel())
            )
    return model.double().eval()


class GaussiansVelocity(torch.nn.Module):
    """E[x₁ − x₀ | x_t = x] where x₁ ~ N(m, S): the velocity that a flow of Gaussian pictures has to learn."""

    def forward(self, x, time, labels=None):
        t = float(time[0])
        axes = torch.eye(4, dtype=torch.float64)
        of_both = t * COVARIANCE - (1 - t) * axes
        of_place = t * t * COVARIANCE + (1 - t) ** 2 * axes
        seen = x.flatten(1) - t * MEAN
        return (MEAN + seen @ torch.linalg.solve(of_place, of_both)).view_as(x)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("heun", 2)])
def test_the_error_falls_with_the_methods_order(method, order):
    turn = torch.tensor([[-0.5, 2.0], [-2.0, -0.3]], dtype=torch.float64)
    x = torch.tensor([[1.0, -0.5]], dtype=torch.float64)
    exact = x @ torch.linalg.matrix_exp(turn.T)
    errors = [
        (Solver(method, steps).solve(lambda x, t: x @ turn.T, x, 0.0, 1.0) - exact).norm().item()
        for steps in (200, 400)
    ]
    assert math.log2(errors[0] / errors[1]) == pytest.approx(order, abs=0.1)


def test_time_counts_in_both_directions():
    for start, end in ((0.0, 1.0), (1.0, 0.0)):
        found = Solver("heun", 50).solve(
            lambda x, t: torch.full_like(x, 2 * t), torch.zeros(1, 1), start, end
        )
        assert found.item() == pytest.approx(end**2 - start**2, abs=1e-5)


def test_the_divergence_is_the_jacobians_trace():
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(6, 6, generator=generator, dtype=torch.float64)
    x = torch.randn(3, 1, 2, 3, generator=generator, dtype=torch.float64)

    def velocity(x, time):
        return (time * torch.tanh(x.flatten(1) @ weights.T)).view_as(x)

    rows = [torch.autograd.functional.jacobian(lambda row: velocity(row[None], 0.7)[0], row) for row in x]
    traces = torch.stack([row.view(6, 6).trace() for row in rows])
    slope, exact = divergence(velocity, x, 0.7, all_axes(x))
    torch.testing.assert_close(exact, traces)
    torch.testing.assert_close(slope, velocity(x, 0.7))
    _, guess = divergence(velocity, x, 0.7, random_signs(4000, x, generator))
    torch.testing.assert_close(guess, traces, atol=0.3, rtol=0)
    assert not torch.allclose(guess, traces, atol=1e-6)


def test_with_the_right_velocity_log_p_and_samples_are_the_gaussians():
    model = make().double()
    model.network = GaussiansVelocity()
    generator = torch.Generator().manual_seed(0)
    density = MultivariateNormal(MEAN, COVARIANCE)
    places = MEAN + torch.randn(6, 4, generator=generator, dtype=torch.float64) @ ROOT.T
    x = ((places + 1) / 2).view(-1, *SHAPE)
    found = model.log_prob_by(x, all_axes(x), Solver("heun", 400))
    torch.testing.assert_close(found, density.log_prob(places) + 4 * math.log(2), atol=2e-3, rtol=0)
    model.solver = Solver("heun", 60)
    made = model.decode(model.prior.sample(20_000, generator).double())
    values = 2 * (made * 255 + 0.5) / 256 - 1
    torch.testing.assert_close(values.flatten(1).mean(0), MEAN, atol=0.01, rtol=0)
    torch.testing.assert_close(values.flatten(1).T.cov(), COVARIANCE, atol=0.004, rtol=0)


@pytest.mark.slow
def test_it_learns_the_velocity_of_gaussian_pictures():
    class Drawn:
        count, size = 10_000, SHAPE[1:]

        def batch(self, step, process_group):
            noise = torch.randn(128, 4, generator=seeded(torch.Generator(), "drawn", step))
            return Batch(((noise @ ROOT.float().T + MEAN.float() + 1) / 2).view(-1, *SHAPE))

    settings = {"epochs": 2.5, "batch": 128, "learning_rate": 1e-2, "schedule": "cosine", "average": 0.98}
    model = make(**settings)
    run = TrainingRun(model, Drawn(), model.settings)
    for _ in run:
        pass
    generator = torch.Generator().manual_seed(5)
    learned, exact = run.result.eval(), GaussiansVelocity()
    for t in (0.1, 0.5, 0.8):
        data = MEAN + torch.randn(2000, 4, generator=generator, dtype=torch.float64) @ ROOT.T
        noise = torch.randn(2000, 4, generator=generator, dtype=torch.float64)
        x = torch.lerp(noise, data, t).view(-1, *SHAPE)
        time = torch.full((2000,), t)
        with torch.no_grad():
            error = (learned.network(x.float(), time) - exact(x, time)).square().mean()
        assert error < 0.04 * exact(x, time).square().mean()


@pytest.mark.parametrize(("shape", "patch"), [((1, 6, 6), None), ((3, 9, 14), 2), ((4, 17, 8), 3)])
def test_backwards_finds_the_noise_that_forwards_makes_the_picture_again(shape, patch):
    model = stirred(make(shape, patch=patch, steps=40))
    assert isinstance(model, Encodes) and isinstance(model, HasPrior) and isinstance(model, HasLogProb)
    assert not isinstance(model, HasDensity)
    pictures = torch.rand(3, *shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    with torch.no_grad():
        codes = model.encode(pictures)
        back = model.decode(codes)
    assert codes.shape == (3, math.prod(shape)) and back.shape == pictures.shape
    torch.testing.assert_close(back, pictures, atol=2e-3, rtol=0)
    assert (codes - (2 * pictures - 1).flatten(1)).abs().mean() > 0.05  # it went somewhere


def test_a_picture_does_not_depend_on_its_neighbors():
    model = stirred(make((1, 6, 6)))
    codes = model.prior.sample(4, torch.Generator().manual_seed(0)).double()
    with torch.no_grad():
        torch.testing.assert_close(model.decode(codes)[1:2], model.decode(codes[1:2]))


def test_guidance_goes_beyond_the_label():
    model = stirred(make((1, 6, 6), classes=3, labels="condition"), 1.0)
    assert model.latent == 39
    codes = model.prior.sample(5, torch.Generator().manual_seed(0)).double()
    assert (codes[:, 36:].sum(1) == 1).all()
    noise, labels = model.prior.split(codes)
    x = noise.view(-1, 1, 6, 6)
    with torch.no_grad():
        with_label, without = model.velocity(labels)(x, 0.4), model.velocity()(x, 0.4)
        assert not torch.allclose(with_label, without)
        torch.testing.assert_close(model.velocity(torch.zeros_like(labels))(x, 0.4), without)
        model.guidance = 3.0
        guided = without + 3 * (with_label - without)
        torch.testing.assert_close(model.velocity(labels)(x, 0.4), guided)
        made = model.decode(model.prior.with_label(codes, 2))
        one_hot = torch.tensor([[0.0, 0, 1]], dtype=torch.float64).expand(5, -1)
        torch.testing.assert_close(model.decode(torch.cat([noise, one_hot], dim=1)), made)


@pytest.mark.parametrize("times", ["uniform", "logit-normal"])
def test_labels_are_left_out_as_often_as_the_settings_want(times):
    model = make((1, 6, 6), classes=2, labels="condition", unlabeled=0.25, times=times)
    labels = torch.tensor([0, 1, -1, 1] * 500)
    context = StepContext(0, 10, 0, 2000, seeded(torch.Generator(), 1))
    seen = model._labels(Batch(torch.empty(0), labels), context)
    assert (seen[labels < 0] == 0).all() and (seen[labels == 0, 1] == 0).all()
    assert seen.sum() / (labels >= 0).sum() == pytest.approx(0.75, abs=0.04)
    drawn = model._times(context)
    assert drawn.min() > 0 and drawn.max() < 1
    spread = {"uniform": 1 / math.sqrt(12), "logit-normal": 0.2083}
    assert drawn.std().item() == pytest.approx(spread[times], abs=0.01)


def test_the_network_begins_at_zero_and_sees_time_and_label():
    network = UNet((3, 12, 9), 8, 2, 2, classes=4)
    x = torch.rand(2, 3, 12, 9)
    assert (network(x, torch.tensor([0.1, 0.9])) == 0).all()
    stirred(network)
    x, one_hot = x.double(), torch.eye(4, dtype=torch.float64)[:2]
    outputs = [
        network(x, torch.tensor([early, 0.9], dtype=torch.float64), labels)
        for early, labels in ((0.1, None), (0.5, None), (0.1, one_hot))
    ]
    assert not torch.allclose(outputs[0][0], outputs[1][0]) and not torch.allclose(outputs[0], outputs[2])
    torch.testing.assert_close(outputs[0][1], outputs[1][1])


def test_labels_need_two_classes():
    with pytest.raises(PareidoliaError, match="--labels condition needs pictures in two or more"):
        make(classes=1, labels="condition")
