import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pareidolia.atlas import LayoutSettings, lay_out
from pareidolia.atlas.layout import aligned, place_by_neighbors, within_unit_square
from pareidolia.settings import PareidoliaError

# These two compile themselves or load much at first.
TSNE, UMAP = (pytest.param(layout, marks=pytest.mark.slow) for layout in ("tsne", "umap"))


def clouds(count=60, channels=6):
    """Two clouds of activations, and which each belongs to."""
    random = np.random.default_rng(0)
    which = np.arange(count) % 2
    middles = np.zeros((2, channels))
    middles[0, 0], middles[1, 1] = 9, 6
    return (middles[which] + random.normal(0, 1, (count, channels))).astype(np.float32), which


def laid_out(values, before=None, **changes):
    settings = LayoutSettings(**changes)
    return lay_out(lambda: np.array_split(values, 3), len(values), settings, 0, before)


@pytest.mark.parametrize("value", [0.0, 2.5])
@pytest.mark.parametrize("layout", ["umap", "tsne", "pca"])
def test_activations_that_are_all_alike_are_refused(layout, value):
    with pytest.raises(PareidoliaError, match="every activation is the same: there is nothing to lay out"):
        laid_out(np.full((60, 6), value, np.float32), layout=layout)


@pytest.mark.parametrize("layout", ["tsne", "pca"])
def test_activations_that_differ_by_rounding_alone_are_refused(layout):
    values = np.ones((60, 6), np.float32)
    values[7, 2] += 1e-7
    with pytest.raises(PareidoliaError, match="every activation is the same"):
        laid_out(values, layout=layout)


@pytest.mark.parametrize("layout", [TSNE, "pca"])
@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_activations_of_any_size_are_laid_out(layout, scale):
    values, which = clouds()
    places = laid_out(values * np.float32(scale), layout=layout)
    assert np.isfinite(places).all()
    assert np.linalg.norm(places[which == 0].mean(0) - places[which == 1].mean(0)) > 0.3


@given(st.floats(0, 6.28), st.floats(0.1, 9), st.booleans())
def test_alignment_undoes_turning_mirroring_scaling_and_moving(angle, scale, mirrored):
    target = np.random.default_rng(1).random((40, 2))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    flip = np.diag([-1, 1]) if mirrored else np.eye(2)
    moved = scale * target @ turn @ flip + 5
    on = np.arange(40) % 3 > 0
    np.testing.assert_allclose(aligned(moved, target, on), target, atol=1e-6)


def test_the_middle_98_percent_fill_all_but_a_margin():
    places = within_unit_square(np.random.default_rng(0).normal(3, 7, (2000, 2)))
    assert places.min() == 0 and places.max() == 1
    low, high = np.percentile(places, [1, 99], axis=0)
    np.testing.assert_allclose([low, high], [[1 / 12] * 2, [11 / 12] * 2], atol=1e-6)


def test_a_map_without_extent_stays_finite():
    assert np.isfinite(within_unit_square(np.ones((20, 2)))).all()


def test_known_activations_are_placed_where_they_lie():
    values, _ = clouds()
    places = np.random.default_rng(0).random((60, 2))
    found = place_by_neighbors(values[:5], values, places, "euclidean")
    np.testing.assert_allclose(found, places[:5], atol=1e-4)


def test_pca_is_scikit_learns():
    from sklearn.decomposition import PCA

    values, _ = clouds()
    expected = PCA(2, svd_solver="full").fit_transform(values)
    found = laid_out(values, layout="pca")
    for axis in range(2):
        assert abs(np.corrcoef(found[:, axis], within_unit_square(expected)[:, axis])[0, 1]) > 0.9999


def test_what_was_not_fitted_is_placed_as_the_rest():
    values, _ = clouds(240)
    whole, part = laid_out(values, layout="pca"), laid_out(values, layout="pca", fit_on=120)
    assert np.abs(whole - part).mean() < 0.05


def check_separate(places, which):
    middles = np.stack([places[which == k].mean(axis=0) for k in range(2)])
    spread = np.linalg.norm(places - middles[which], axis=1).mean()
    assert np.linalg.norm(middles[0] - middles[1]) > 2 * spread
    assert places.min() >= 0 and places.max() <= 1 and places.dtype == np.float32


@pytest.mark.parametrize("layout", ["pca", TSNE, UMAP])
def test_clouds_lie_apart_and_the_same_seed_lays_out_the_same(layout):
    values, which = clouds(150)
    places = laid_out(values, layout=layout, fit_on=100, neighbors=15)
    check_separate(places, which)
    np.testing.assert_array_equal(places, laid_out(values, layout=layout, fit_on=100, neighbors=15))


@pytest.mark.parametrize("layout", ["pca", UMAP])
def test_a_layer_is_laid_out_after_another(layout):
    values, _ = clouds(150)
    other = values @ np.random.default_rng(5).normal(0, 1, (6, 6)).astype(np.float32)
    before = laid_out(values, layout=layout, neighbors=15)
    free = laid_out(other, layout=layout, neighbors=15)
    after = laid_out(other, before, layout=layout, neighbors=15)
    distance = np.linalg.norm(after - before, axis=1).mean()
    assert distance <= np.linalg.norm(free - before, axis=1).mean()
    assert distance < 0.3


def test_too_few_activations_are_refused():
    with pytest.raises(PareidoliaError, match="5 activations are too few for a map"):
        laid_out(np.ones((5, 3)))
