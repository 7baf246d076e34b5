"""Gradients, their averages and integrals: closed forms, completeness, and Captum."""

import numpy as np
import pytest
import torch
from torch import nn

from pareidolia.inspection import (
    ClassTarget,
    find_target,
    gradient_x_input,
    integrated_gradients,
    noisy_gradients,
    send_back,
)
from pareidolia.inspection.attribution.gradients import gauss_legendre
from pareidolia.networks import Network
from pareidolia.settings import BadNetwork

TARGET = ClassTarget((3, 5))
CAPTUM = {"gradient": "Saliency", "guided": "GuidedBackprop", "deconvnet": "Deconvolution"}


def _relative(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).abs().max() / other.abs().max())


class Quadratic(nn.Module):
    """S_k(x) = Σ (w_k ⊙ x²)."""

    def __init__(self) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.randn(4, 3 * 36, generator=torch.Generator().manual_seed(2)))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return x.flatten(1).square() @ self.weights.T


@pytest.fixture
def quadratic() -> Network:
    return Network("quadratic", Quadratic(), mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 6, 6))


def test_closed_forms_of_a_quadratic(quadratic) -> None:
    x = torch.rand(2, 3, 6, 6)
    target = ClassTarget((1, 2))
    weights = torch.stack([quadratic.module.weights[1], quadratic.module.weights[2]]).detach().view_as(x)
    torch.testing.assert_close(send_back(quadratic, x, target), 2 * weights * x)
    torch.testing.assert_close(gradient_x_input(quadratic, x, target), 2 * weights * x**2)
    found = integrated_gradients(quadratic, x, target, baseline=0.25, steps=2)
    torch.testing.assert_close(found.maps, weights * (x**2 - 0.25**2), rtol=1e-4, atol=1e-5)
    assert (found.errors < 1e-4).all()


def test_noise_of_a_quadratic(quadratic) -> None:
    """The gradient 2wx is linear: SmoothGrad keeps it, VarGrad is (2wσ)²."""
    x = torch.rand(1, 3, 6, 6)
    weights = quadratic.module.weights[1].detach().view_as(x)
    found = noisy_gradients(quadratic, x, ClassTarget((1,)), samples=4000, noise=0.2, batch_size=500)
    sigma = 0.2 * float(x.max() - x.min())
    spread = 2 * weights.abs() * sigma
    assert ((found.mean - 2 * weights * x).abs() < 5 * spread / 4000**0.5).all()
    torch.testing.assert_close(found.variance, spread**2, rtol=0.15, atol=1e-6)


def test_noise_is_a_matter_of_the_seed(network, pictures) -> None:
    def maps(seed: int) -> torch.Tensor:
        return noisy_gradients(network, pictures, TARGET, samples=6, seed=seed).mean

    assert torch.equal(maps(1), maps(1))
    assert not torch.equal(maps(1), maps(2))


def test_nodes_are_those_of_numpy() -> None:
    nodes, weights = gauss_legendre(7)
    expected = np.polynomial.legendre.leggauss(7)
    np.testing.assert_allclose(nodes, (expected[0] + 1) / 2)
    assert abs(float(weights.sum()) - 1) < 1e-12


def test_more_steps_miss_completeness_less(network, pictures) -> None:
    errors = [
        float(integrated_gradients(network, pictures, TARGET, steps=n, batch_size=40).errors.max())
        for n in (2, 40)
    ]
    assert errors[1] < errors[0]
    found = integrated_gradients(network, pictures, TARGET, steps=100, batch_size=50)
    assert (found.errors < 2e-2 * found.differences.abs().clamp(min=1e-2)).all()


@pytest.mark.parametrize("rule", CAPTUM)
def test_equal_to_captum(rule: str, network, pictures) -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    method = getattr(attr, CAPTUM[rule])(network.module)
    options = {"abs": False} if rule == "gradient" else {}
    expected = method.attribute(pictures.clone().requires_grad_(), target=[3, 5], **options)
    assert _relative(send_back(network, pictures, TARGET, rule=rule), expected) < 1e-5


@pytest.mark.parametrize("steps", [5, 50])
def test_integrated_gradients_equal_captum(steps: int, network, pictures) -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    method = attr.IntegratedGradients(network.module)
    expected, error = method.attribute(
        pictures, 0.3, target=[3, 5], n_steps=steps, return_convergence_delta=True
    )
    found = integrated_gradients(network, pictures, TARGET, baseline=0.3, steps=steps)
    assert _relative(found.maps, expected) < 1e-5
    torch.testing.assert_close(found.errors, error.abs().float(), rtol=1e-3, atol=1e-6)


def test_a_unit_in_the_middle(network, pictures) -> None:
    target = find_target("relu2:3@2,4", network, pictures)
    leaf = pictures.clone().requires_grad_()
    maps = network.module[:5](leaf)
    (expected,) = torch.autograd.grad(maps[:, 3, 2, 4].sum(), leaf)
    assert torch.equal(send_back(network, pictures, target), expected)


def test_no_gradient_is_an_error(quadratic) -> None:
    class Detached(Quadratic):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x.detach())

    network = Network("cut", Detached(), mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 6, 6))
    with pytest.raises(BadNetwork, match="no gradient of cut reaches the pixels"):
        send_back(network, torch.rand(1, 3, 6, 6), ClassTarget((0,)))
