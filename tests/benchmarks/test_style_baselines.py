"""The recipes that style transfer is held against: they paint, and their figures are what they say."""

import math

import pytest
import torch
from benchmarks.baselines import activations, crowson_2020, galerne_2024
from benchmarks.baselines.budget import Budget


@pytest.fixture(params=["crowson", "galerne"])
def recipe(request, monkeypatch):
    """A recipe with few iterations, for a network that sees numbers from 0 to 1."""
    monkeypatch.setattr(crowson_2020, "FIRST", 60)
    monkeypatch.setattr(activations, "UNIT", 1.0)
    monkeypatch.setattr(galerne_2024, "ITERATIONS", 60)
    return {"crowson": crowson_2020.paint, "galerne": galerne_2024.paint}[request.param]


def test_a_recipe_comes_nearer_to_the_painting(small_network, photo, painting_picture, recipe):
    def distance(picture):
        maps = (small_network.record(p, ["stage1.relu"])["stage1.relu"] for p in (picture, painting_picture))
        (gram, *_), (wanted, *_) = map(galerne_2024.statistics, maps)
        return (gram - wanted).norm().item()

    painted = recipe(small_network, photo, painting_picture, seconds=math.inf)
    assert painted.shape == photo.shape and 0 <= painted.min() <= painted.max() <= 1
    assert distance(painted) < 0.9 * distance(photo)


def test_sizes_grow_by_the_root_of_two():
    assert crowson_2020.sizes(512) == [128, 181, 256, 362, 512]
    assert crowson_2020.sizes(100) == [100]


def test_the_distance_of_gaussians_of_one_basis_is_that_of_their_deviations():
    basis, _ = torch.linalg.qr(torch.randn(4, 4, generator=torch.Generator().manual_seed(0)))
    first, second = torch.tensor([1.0, 4.0, 9.0, 16.0]), torch.tensor([4.0, 1.0, 0.25, 9.0])
    root = crowson_2020.root(basis * first @ basis.T)
    torch.testing.assert_close(root, basis * first.sqrt() @ basis.T, rtol=1e-4, atol=1e-5)
    found = crowson_2020.apart(root, basis * first @ basis.T, basis * second @ basis.T)
    wanted = (first.sqrt() - second.sqrt()).square().mean()
    torch.testing.assert_close(found, wanted, rtol=1e-4, atol=1e-5)


def test_statistics_of_equal_maps_are_not_apart():
    maps = torch.rand(1, 3, 4, 5)
    flat = maps.reshape(3, 20)
    gram, mean, std = galerne_2024.statistics(maps)
    torch.testing.assert_close(gram, flat @ flat.T / 20)
    torch.testing.assert_close(std, flat.std(1, correction=0))
    assert galerne_2024.distance((gram, mean, std), galerne_2024.statistics(maps)) == 0


def test_a_budget_adds_what_was_not_used(monkeypatch):
    clock = iter([0.0, 4.9, 5.1, 9.9, 10.0])
    monkeypatch.setattr("benchmarks.baselines.budget.time.process_time", lambda: next(clock))
    budget = Budget(10.0)
    budget.give(0.5)
    assert [budget.spent() for _ in range(2)] == [False, True]
    budget.give(0.5)
    assert [budget.spent() for _ in range(2)] == [False, True]
