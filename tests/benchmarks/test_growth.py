from dataclasses import replace

import pytest
from benchmarks.growing import WORK
from benchmarks.growth import CURVES, fitted
from benchmarks.simulation import CORES, Measured, simulate

FAST = Measured(task=1.0, dispatch=1e-9, write=1e-9, photos=10, bytes=1.0, storage=1e12)


def test_the_exponent_of_a_power_is_found():
    work = [1.0, 4.0, 16.0, 64.0]
    exponent, factor = fitted(work, [3 * value**1.25 for value in work])
    assert (exponent, factor) == pytest.approx((1.25, 3.0))
    assert fitted([2.0], [5.0]) == pytest.approx((0.0, 5.0))


def test_without_anything_shared_nodes_add_up():
    assert simulate(FAST, 1) == pytest.approx(CORES * 10, rel=1e-3)
    assert simulate(FAST, 64) == pytest.approx(64 * CORES * 10, rel=1e-3)


@pytest.mark.parametrize(
    ("slow", "most"),
    [
        ({"write": 0.1}, 10 / 0.1),  # the head writes a shard in a tenth of a second
        ({"dispatch": 0.05}, 10 / 0.05),
        ({"storage": 5.0}, 10 * 5.0),  # five files' worth a second
    ],
)
def test_what_is_shared_bounds_the_rate(slow, most):
    measured = replace(FAST, **slow)
    rates = [simulate(measured, nodes) for nodes in (1, 4, 16, 64, 256)]
    assert rates == sorted(rates)
    assert rates[-1] == pytest.approx(most, rel=0.05) and rates[-1] <= most * 1.0001


def test_every_curve_has_its_work():
    assert {curve.kind for curve in CURVES} == set(WORK)
    assert all(len(curve.fewer) >= 2 and set(curve.amounts) != set(curve.fewer) for curve in CURVES)
