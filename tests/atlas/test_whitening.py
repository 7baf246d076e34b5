import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pareidolia.atlas.whitening import second_moment, whitening
from pareidolia.settings import PareidoliaError


@given(st.lists(st.integers(1, 20), min_size=1, max_size=5), st.integers(0, 100))
def test_the_moment_does_not_depend_on_the_pieces(lengths, seed):
    values = np.random.default_rng(seed).normal(1, 2, (sum(lengths) + 2, 4)).astype(np.float32)
    pieces = np.split(values, np.cumsum(lengths))
    expected = values.astype(np.float64).T @ values / len(values)
    np.testing.assert_allclose(second_moment(pieces, "layer"), expected, rtol=1e-9, atol=1e-9)


def test_whitened_directions_have_the_unit_second_moment():
    values = np.random.default_rng(0).normal(0.5, 1, (500, 6)) @ np.diag([1, 2, 3, 4, 5, 0.5])
    moment = second_moment([values], "layer")
    np.testing.assert_allclose(whitening(moment, 1e-9) @ moment, np.eye(6), atol=1e-3)


def test_a_dead_channel_leaves_it_finite():
    values = np.random.default_rng(0).normal(0, 1, (500, 3)) * [1, 1, 0]
    assert np.isfinite(whitening(second_moment([values], "layer"))).all()


@pytest.mark.parametrize("value", [0.0, 3.5])
def test_constant_activations_are_refused(value):
    with pytest.raises(PareidoliaError, match=r"every activation of relu7 is the same"):
        second_moment([np.full((10, 4), value)], "relu7")


def test_no_activations_are_refused():
    with pytest.raises(PareidoliaError, match="there are no activations"):
        second_moment([], "relu7")
