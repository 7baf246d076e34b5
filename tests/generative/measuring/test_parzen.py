"""Parzen windows and k-means, against closed forms and scikit-learn."""

import itertools
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.generative.measuring.linear import generator

from pareidolia.generative.measuring import best_width, centroids, parzen_log_density


def normal(count, size, seed):
    return torch.randn(count, size, generator=generator(seed))


def test_one_window_is_a_gaussian():
    point, center = torch.tensor([[1.0, 2.0, 3.0]]), torch.tensor([[1.0, 0.0, 3.0]])
    found = parzen_log_density(point, center, [0.5, 2.0])
    expected = [-0.5 * 4 / s**2 - 1.5 * math.log(2 * math.pi * s**2) for s in (0.5, 2.0)]
    assert found[:, 0].tolist() == pytest.approx(expected)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 40), st.integers(1, 30), st.floats(0.05, 3))
def test_windows_are_a_mixture_of_equal_gaussians(seed, points, centers, width):
    x, c = normal(points, 4, seed), normal(centers, 4, seed + 1)
    component = torch.distributions.Independent(torch.distributions.Normal(c.double(), width), 1)
    weights = torch.distributions.Categorical(torch.ones(centers))
    mixture = torch.distributions.MixtureSameFamily(weights, component)
    found = parzen_log_density(x, c, [width])[0]
    torch.testing.assert_close(found, mixture.log_prob(x.double()), rtol=1e-4, atol=1e-3)


def test_as_scikit_learn_has_it():
    neighbors = pytest.importorskip("sklearn.neighbors", reason="scikit-learn is not installed")
    x, c = normal(50, 6, 0), normal(80, 6, 1)
    expected = neighbors.KernelDensity(bandwidth=0.7).fit(c.numpy()).score_samples(x.numpy())
    torch.testing.assert_close(
        parzen_log_density(x, c, [0.7])[0], torch.from_numpy(expected), rtol=1e-5, atol=1e-5
    )


def test_densities_integrate_to_one():
    grid = torch.linspace(-12, 12, 20_001)[:, None]
    density = parzen_log_density(grid, normal(30, 1, 0), [0.3])[0].exp()
    assert float(torch.trapezoid(density, grid[:, 0].double())) == pytest.approx(1, abs=1e-5)


def test_the_best_width_is_that_of_the_validation():
    centers, validation = normal(3000, 1, 0), normal(1000, 1, 1)
    widths = [0.01, 0.2, 3.0]
    assert best_width(validation, centers, widths) == 0.2


def test_centroids_of_separate_clusters_are_their_means():
    clusters = torch.tensor([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]])
    points = torch.cat([normal(50, 2, k) * 0.1 + center for k, center in enumerate(clusters)])
    found = min(
        (centroids(points, 3, generator(seed)) for seed in range(8)),
        key=lambda centers: float(torch.cdist(points, centers).amin(1).sum()),
    )
    expected = torch.stack([part.mean(0) for part in points.split(50)])
    nearest = torch.cdist(expected, found).argmin(1)
    assert sorted(nearest.tolist()) == [0, 1, 2]
    torch.testing.assert_close(found[nearest], expected)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 20))
def test_more_rounds_come_no_farther_from_the_points(seed, count):
    points = normal(60, 3, seed)
    cost = [
        float(
            torch.cdist(points, centroids(points, count, generator(), rounds=rounds)).amin(1).square().sum()
        )
        for rounds in (0, 1, 3, 10)
    ]
    assert all(later <= earlier + 1e-3 for earlier, later in itertools.pairwise(cost))


def test_as_many_centroids_as_points_are_the_points():
    points = normal(20, 3, 0)
    found = centroids(points, 20, generator())
    assert float(torch.cdist(points, found).amin(1).max()) < 1e-5
