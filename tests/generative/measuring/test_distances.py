"""FID, KID, precision and recall against closed forms and torchmetrics."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generative.measuring.linear import generator
from torch import nn

from pareidolia.generative.measuring import FeatureNetwork, frechet, kernel, precision_and_recall
from pareidolia.generative.measuring.distances import Moments, frechet_distance, kernel_distance
from pareidolia.settings import BadNetwork, UnknownName


def normal(count, size, seed):
    return torch.randn(count, size, generator=generator(seed), dtype=torch.float64)


def test_frechet_of_diagonal_gaussians():
    one = Moments(torch.tensor([0.0, 1.0]).double(), torch.diag(torch.tensor([4.0, 9.0]).double()))
    other = Moments(torch.tensor([3.0, -3.0]).double(), torch.diag(torch.tensor([1.0, 16.0]).double()))
    # |Δμ|² + Σ (σ₁ − σ₂)²
    assert frechet_distance(one, other) == pytest.approx(9 + 16 + 1 + 1, rel=1e-12)


def test_frechet_of_one_gaussian_turned():
    turned = torch.linalg.qr(normal(5, 5, 0)).Q
    variances = torch.tensor([1e-6, 0.1, 1.0, 5.0, 300.0]).double()
    zero = torch.zeros(5).double()
    scaled = Moments(zero, turned @ torch.diag(variances) @ turned.T)
    # Covariances that commute: Σ (σ − 2σ)² = Σ σ².
    larger = Moments(zero, 4 * scaled.covariance)
    assert frechet_distance(scaled, larger) == pytest.approx(float(variances.sum()), rel=1e-7)
    assert frechet_distance(scaled, scaled) == pytest.approx(0, abs=1e-5)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.integers(2, 12))
def test_frechet_is_symmetric_and_never_negative(seed, size):
    one, other = normal(30, size, seed), 2 * normal(25, size, seed + 1) + 1
    there = frechet_distance(Moments.of(one), Moments.of(other))
    back = frechet_distance(Moments.of(other), Moments.of(one))
    assert there >= 0 and there == pytest.approx(back, rel=1e-8)


def test_frechet_where_covariances_have_no_full_rank():
    few = normal(5, 40, 0)
    assert frechet_distance(Moments.of(few), Moments.of(few + 2)) == pytest.approx(4 * 40, rel=1e-6)


class Given(nn.Module):
    """Pictures that are features already, N×D×1×1."""

    num_features = 16

    def forward(self, pictures):
        return pictures.flatten(1)


def test_frechet_as_torchmetrics_has_it():
    fid = pytest.importorskip("torchmetrics.image.fid", reason="torchmetrics is not installed")
    metric = fid.FrechetInceptionDistance(feature=Given(), input_img_size=(16, 1, 1), normalize=True)
    real, made = normal(300, 16, 0).float(), (1.5 * normal(200, 16, 1) + 0.3).float()
    metric.update(real[..., None, None], real=True)
    metric.update(made[..., None, None], real=False)
    estimate = frechet(real, made, generator())
    assert estimate.value == pytest.approx(float(metric.compute()), rel=1e-4)
    assert estimate.error is not None and 0 < estimate.error < estimate.value


def test_kernel_distance_as_torchmetrics_has_it():
    kid = pytest.importorskip("torchmetrics.image.kid", reason="torchmetrics is not installed")
    real, made = normal(60, 16, 0).float(), (1.2 * normal(60, 16, 1)).float()
    metric = kid.KernelInceptionDistance(feature=Given(), subsets=1, subset_size=60, normalize=True)
    metric.update(real[..., None, None], real=True)
    metric.update(made[..., None, None], real=False)
    assert kernel_distance(real, made) == pytest.approx(float(metric.compute()[0]), rel=1e-4)


def test_kernel_distance_of_equals_is_zero_within_its_error():
    estimates = [kernel(normal(200, 8, 2 * seed), normal(200, 8, 2 * seed + 1)) for seed in range(12)]
    scaled = torch.tensor([each.value / each.error for each in estimates])
    assert abs(float(scaled.mean())) < 0.6 and float(scaled.abs().max()) < 4
    assert min(each.value for each in estimates) < 0  # unbiased, so below zero as often as above


def test_kernel_distance_of_two_points_by_hand():
    real, made = torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0], [2.0]])
    # k(x, y) = (xy + 1)³: within 1, within 27; between 1, 1, 8, 27.
    assert kernel_distance(real, made) == pytest.approx(1 + 27 - 2 * 37 / 4)


def test_precision_and_recall_of_a_model_that_knows_half():
    real = torch.cat([normal(100, 2, 0), normal(100, 2, 1) + 50])
    made = normal(200, 2, 2) * 0.5
    precision, recall = precision_and_recall(real, made)
    assert precision.value > 0.95 and recall.value < 0.5
    assert precision_and_recall(made, real)[0].value == recall.value


def test_precision_and_recall_of_a_model_that_adds_junk():
    real = normal(200, 2, 0)
    made = torch.cat([normal(100, 2, 1), normal(100, 2, 2) + 50])
    precision, recall = precision_and_recall(real, made)
    assert 0.4 < precision.value < 0.5 and recall.value > 0.75
    assert precision.error == pytest.approx(0.035, abs=0.002)


def test_precision_and_recall_by_hand():
    real = torch.tensor([[0.0], [1.0], [3.0]])
    made = torch.tensor([[0.5], [5.0], [5.5]])
    # Nearest neighbours reach 1, 1, 2 and 4.5, 0.5, 0.5.
    precision, recall = precision_and_recall(real, made, neighbors=1)
    assert precision.value == pytest.approx(2 / 3) and recall.value == 1


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.1, 10), st.floats(-5, 5))
def test_precision_and_recall_know_no_scale(seed, scale, shift):
    real, made = normal(40, 3, seed), 1.5 * normal(30, 3, seed + 1)
    before = precision_and_recall(real, made)
    after = precision_and_recall(real * scale + shift, made * scale + shift)
    assert [each.value for each in before] == pytest.approx([each.value for each in after], abs=0.035)


def test_features_are_a_layers_means_over_positions(small_network):
    pictures = torch.rand(3, 3, 64, 64, generator=generator())
    found = FeatureNetwork(small_network, "stage3.relu", 64)
    expected = small_network.record(pictures, ["stage3.relu"])["stage3.relu"].mean((2, 3))
    torch.testing.assert_close(found(pictures), expected.double(), rtol=1e-4, atol=1e-5)
    assert found.name == "small stage3.relu, 64 px"
    assert FeatureNetwork(small_network).name == "small stage5.relu, 64 px"


def test_grey_and_small_pictures_are_seen(small_network):
    gray = torch.rand(2, 1, 8, 8, generator=generator())
    features = FeatureNetwork(small_network)
    torch.testing.assert_close(features(gray), features(gray.expand(-1, 3, -1, -1)))


def test_an_unknown_layer_is_named(small_network):
    with pytest.raises(UnknownName, match=r"stage5\.relu"):
        FeatureNetwork(small_network, "stage5.rely")


def test_a_network_without_maps_is_refused():
    from pareidolia.networks import Network

    flat = Network(
        "flat",
        nn.Sequential(nn.Flatten(), nn.Linear(48, 4)),
        mean=(0.0,) * 3,
        std=(1.0,) * 3,
        input_shape=(3, 4, 4),
    )
    with pytest.raises(BadNetwork, match="rows and columns"):
        FeatureNetwork(flat)


@pytest.mark.parametrize("count", [10, 15, 19, 20, 21])
def test_a_kernel_distance_of_few_has_an_error_that_is_a_number(count):
    estimate = kernel(normal(count, 4, 0), normal(count, 4, 1))
    assert math.isfinite(estimate.value) and math.isfinite(estimate.error) and estimate.error > 0
