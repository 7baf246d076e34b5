"""L-BFGS within bounds: it never goes up, ends where others do, and forgets what a refused step shows."""

import copy
from itertools import pairwise

import numpy as np
import pytest
import torch
from scipy.optimize import minimize

from pareidolia.painting.lbfgs import LBFGS, downhill


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1].square()).square() + (1 - x[:-1]).square()).sum()


def descended(values, function, steps, bounds=None, **options):
    """The losses of every step, and where it ended; values out of bounds are moved back before each look."""
    looks = []

    def closure():
        values.grad = None
        if bounds is not None:
            with torch.no_grad():
                values.clamp_(*bounds)
        loss = function(values)
        loss.backward()
        looks.append(loss.item())
        return loss.item()

    optimizer = LBFGS(values, **options)
    return [optimizer.step(closure) for _ in range(steps)], looks


def begun(numbers):
    return torch.tensor(numbers, dtype=torch.float64, requires_grad=True)


def test_it_ends_where_scipy_ends():
    start = [-1.2, 1.0, 0.3, -0.7, 1.4]
    values = begun(start)
    losses, looks = descended(values, rosenbrock, 60)
    assert losses[-1] < 1e-12 and len(looks) < 100
    wanted = minimize(lambda x: float(rosenbrock(torch.tensor(x))), np.array(start), method="L-BFGS-B").x
    torch.testing.assert_close(values.detach(), torch.tensor(wanted), rtol=0, atol=1e-3)


def test_the_loss_never_rises():
    # As steep near zero as the root of a variance: without a line search such a loss is overshot.
    steep = torch.logspace(0, 4, 30, dtype=torch.float64)
    losses, _ = descended(begun([0.5] * 30), lambda x: (steep * (x.square() + 1e-4).sqrt()).sum(), 80)
    assert all(later <= earlier for earlier, later in pairwise(losses))
    assert losses[-1] < 0.05 * losses[0]


def test_within_bounds_it_ends_at_the_best_of_them():
    target = torch.tensor([0.3, 1.7, -0.4, 0.9], dtype=torch.float64)
    values = begun([0.5] * 4)
    descended(
        values, lambda x: (torch.tensor([1.0, 10.0, 3.0, 100.0]) * (x - target).square()).sum(), 60, (0, 1)
    )
    torch.testing.assert_close(values.detach(), target.clamp(0, 1), rtol=0, atol=1e-4)


def test_the_direction_is_newtons_on_a_parabola():
    generator = torch.Generator().manual_seed(0)
    root = torch.randn(4, 4, dtype=torch.float64, generator=generator)
    curvature = root @ root.T + torch.eye(4, dtype=torch.float64)
    # Moves along the eigenvectors are conjugate, and after as many as dimensions the curvature is known.
    moves = list(torch.linalg.eigh(curvature)[1].T)
    gradient = torch.randn(4, dtype=torch.float64, generator=generator)
    state = {"gradient": gradient, "moves": moves, "turns": [curvature @ move for move in moves]}
    torch.testing.assert_close(downhill(state), -torch.linalg.solve(curvature, gradient))


def test_where_nothing_gains_the_values_stay():
    values = begun([0.5, 0.5])

    def wrong(x):
        """A loss whose gradient points the wrong way."""
        return 2 * x.detach().sum() - x.sum()

    before = values.detach().clone()
    losses, looks = descended(values, wrong, 1)
    assert torch.equal(values.detach(), before) and losses == [pytest.approx(1.0)] and len(looks) == 10


def test_an_error_in_a_look_leaves_the_values_where_the_step_began():
    values = begun([0.5, 0.5])
    optimizer = LBFGS(values)
    looks = []

    def closure():
        looks.append(values.detach().clone())
        if len(looks) == 2:
            raise ValueError("NaN")
        loss = values.square().sum()
        loss.backward()
        return loss.item()

    with pytest.raises(ValueError, match="NaN"):
        optimizer.step(closure)
    assert torch.equal(values.detach(), looks[0]) and not torch.equal(looks[0], looks[1])


def test_a_loss_that_changes_from_step_to_step_is_looked_at_anew():
    values, levels = begun([1.0, 1.0]), iter([0.0, 0.0, 1000.0, 1000.0, 0.0, 0.0])
    losses, looks = descended(values, lambda x: x.square().sum() + next(levels), 3, varies=True)
    assert len(looks) == 6 and losses[1] >= 1000 > losses[2]


def test_it_goes_on_from_its_state():
    values = begun([-1.2, 1.0, 0.3])
    optimizer = LBFGS(values)

    def closure(values=values):
        values.grad = None
        loss = rosenbrock(values)
        loss.backward()
        return loss.item()

    for _ in range(7):
        optimizer.step(closure)
    other = values.detach().clone().requires_grad_(True)
    second = LBFGS(other)
    second.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    for _ in range(5):
        assert optimizer.step(closure) == second.step(lambda: closure(other))
    assert torch.equal(values, other)
