import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from pareidolia.training import StepContext, seeded
from pareidolia.training.schedules import factor


class Third:
    """The last of three devices."""

    rank, size = 2, 3

    def rows(self, values):
        return values.chunk(3)[2]


def context(step=4, **changes):
    generator = seeded(torch.Generator(), 0, "phase", 0, step)
    return StepContext(step, 10, 0.5, 6, generator, **changes)


def test_a_device_draws_its_rows_of_what_one_would_have_drawn():
    alone, third = context(), context(process_group=Third())
    for draw in (lambda m: m.normal(3), lambda m: m.uniform(2, 2), lambda m: m.normal()):
        assert torch.equal(draw(alone)[4:], draw(third))


def test_every_step_and_phase_draws_anew_and_the_same_again():
    assert torch.equal(context(4).normal(3), context(4).normal(3))
    assert not torch.equal(context(4).normal(3), context(5).normal(3))


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_seeds_are_functions_of_their_numbers(a, b):
    one, other = (seeded(torch.Generator(), *pair).initial_seed() for pair in ((a, b), (a, b + 1)))
    assert one != other
    assert one == seeded(torch.Generator(), a, b).initial_seed()


@pytest.mark.parametrize(
    ("schedule", "warm_up", "step", "expected"),
    [
        ("constant", 0, 50, 1.0),
        ("constant", 10, 4, 0.5),
        ("linear", 0, 75, 0.25),
        ("cosine", 0, 50, 0.5),
        ("burda", 0, 0, 1.0),
        ("burda", 0, 99, 0.1),
    ],
)
def test_learning_rates(schedule, warm_up, step, expected):
    assert factor(schedule, warm_up, step, 100) == pytest.approx(expected)


def test_burdas_stages_are_powers_of_three_long():
    rates = [factor("burda", 0, step, 3280) for step in range(3280)]
    lengths = [rates.count(rate) for rate in sorted(set(rates), reverse=True)]
    assert lengths == [3**i for i in range(8)]
    assert sorted(set(rates), reverse=True)[3] == pytest.approx(10 ** (-3 / 7))
