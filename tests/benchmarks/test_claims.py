import math

import pytest
from benchmarks.claims import Goal, Spread, in_words, paired


def test_a_spread_has_the_quartiles_that_numpy_gives():
    numpy = pytest.importorskip("numpy")
    values = [0.4, 0.1, 0.9, 0.3, 0.35, 0.2]
    found = Spread.of(values)
    assert (found.low, found.median, found.high) == pytest.approx(numpy.quantile(values, [0.25, 0.5, 0.75]))
    assert (found.least, found.most, found.count) == (0.1, 0.9, 6)


def test_what_was_never_reached_is_infinite_and_not_nan():
    found = Spread.of([0.1, math.inf, math.inf])
    assert found.median == math.inf and found.most == math.inf and not math.isnan(found.low)
    assert in_words(Spread.of([math.inf])) == "never"


@pytest.mark.parametrize(
    ("goal", "values", "met"),
    [
        (Goal("a", "b", 0.5), [0.4, 0.5, 0.9], True),
        (Goal("a", "b", 0.5), [0.4, 0.6, 0.9], False),
        (Goal("a", "b", 0.5, every=True), [0.1, 0.2, 0.6], False),
        (Goal("a", "b", 1.0, at_least=True), [0.9, 1.1, 1.2], True),
        (Goal("a", "b", 1.0, at_least=True, every=True), [0.9, 1.1, 1.2], False),
    ],
)
def test_a_goal_is_met_by_the_median_or_by_the_worst(goal, values, met):
    claim = goal.claim(values)
    assert claim.met is met
    assert claim.sentence().endswith("met)" if met else "missed)")


def test_where_the_worst_decides_it_is_told():
    worst = Goal("a", "b", 0.5, every=True)
    assert worst.claim([0.1, 0.2, math.inf]).measured == "0.2 (0.15 to never), at worst never"
    assert worst.claim([0.1]).measured == "0.1"
    assert Goal("a", "b", 0.5).claim([0.1, 0.1, 0.1]).measured == "0.1 (0.1 to 0.1)"


def test_ratios_are_of_the_same_round():
    assert paired([1.0, 4.0], [2.0, 2.0]) == [0.5, 2.0]
    with pytest.raises(ValueError):
        paired([1.0], [1.0, 2.0])
