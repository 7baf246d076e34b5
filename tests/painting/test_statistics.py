"""Style statistics: what each of them must do, and their numbers."""

import math

import pytest
import torch

from pareidolia.painting import (
    STYLE_STATISTICS,
    GaussianWasserstein,
    Gram,
    Histogram,
    MeanStd,
    Neighbors,
    RelaxedTransport,
    SlicedWasserstein,
)
from pareidolia.painting.statistics import statistic_for
from pareidolia.painting.statistics.nearest import nearest, nearest_both_ways, unit
from pareidolia.painting.statistics.sliced import directions
from pareidolia.settings import PareidoliaError, UnknownName


def maps(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def nothing(statistic):
    """What rounding leaves of a distance of 0 in float64: its square, where distances are squares."""
    return 1e-15 if statistic is RelaxedTransport else 1e-24


@pytest.fixture(params=list(STYLE_STATISTICS))
def statistic(request):
    return STYLE_STATISTICS[request.param]


def test_tiles_add_up_to_the_whole(statistic):
    f, other = maps(2, 3, 6, 4), statistic.of(maps(2, 3, 5, 5, seed=1))
    whole = statistic.of(f)
    tiles = statistic.of(f[:, :, :2]) + statistic.of(f[:, :, 2:])
    torch.testing.assert_close(tiles.distance(other), whole.distance(other))
    assert whole.distance(other).shape == (2,) and float(tiles.distance(whole).max()) < nothing(statistic)


def test_a_mask_counts_positions_by_their_weight(statistic):
    f = maps(1, 3, 6, 4)
    mask = torch.zeros(1, 1, 6, 4, dtype=torch.float64)
    mask[..., :2] = 0.5
    masked, part = statistic.of(f, mask), statistic.of(f[..., :2])
    assert float(masked.distance(part)) < nothing(statistic) < float(masked.distance(statistic.of(f)))


def test_a_blend_may_be_one_or_one_for_each_picture(statistic):
    pictures = [statistic.of(maps(1, 3, 5, 5, seed=seed)) for seed in range(3)]
    one = statistic.mean(pictures, [0.2, 0.3, 0.5])
    each = statistic.mean(pictures, torch.tensor([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]]).double())
    torch.testing.assert_close(each.distance(pictures[1])[0], one.distance(pictures[1])[0])
    assert float(each.distance(pictures[1])[1]) < nothing(statistic)


def test_an_empty_map_is_as_far_as_maps_of_zeros(statistic):
    target = statistic.of(maps(1, 3, 5, 5))
    zeros = statistic.of(torch.zeros(1, 3, 2, 2, dtype=torch.float64))
    torch.testing.assert_close(target.empty().distance(target), zeros.distance(target))


def test_channels_last_gives_the_same(statistic):
    f, target = maps(2, 3, 6, 4), statistic.of(maps(1, 3, 5, 5, seed=1))
    last = statistic.of(f.contiguous(memory_format=torch.channels_last))
    torch.testing.assert_close(last.distance(target), statistic.of(f).distance(target))


def test_mean_and_std_are_those_of_each_channel():
    f = maps(2, 3, 6, 4)
    mean, std = MeanStd.of(f).mean_and_std
    torch.testing.assert_close(mean, f.mean(dim=(2, 3)))
    torch.testing.assert_close(std, f.std(dim=(2, 3), correction=0))


def test_mean_and_std_beside_gram_weigh_as_in_the_paper():
    """1000/N² mse(Gram) + 1000/N² N² 1000/100 (mse(mean) + mse(std)), in units of Gatys' E."""
    f, a = maps(1, 5, 6, 4), maps(1, 5, 7, 3, seed=1)
    gram, both = Gram.of(f).distance(Gram.of(a)), MeanStd.of(f).distance(MeanStd.of(a))
    mse = torch.nn.functional.mse_loss
    grams = [torch.einsum("nchw,ndhw->ncd", each, each) / each[0, 0].numel() for each in (f, a)]
    paper = 1000 / 25 * mse(*grams) + 10_000 * (
        mse(f.mean(dim=(2, 3)), a.mean(dim=(2, 3)))
        + mse(f.std(dim=(2, 3), correction=0), a.std(dim=(2, 3), correction=0))
    )
    torch.testing.assert_close(4000 / 25 * (gram + both)[0], paper)


def test_a_channel_that_never_fires_sends_no_infinite_gradient():
    f = torch.zeros(1, 2, 4, 4).requires_grad_(True)
    MeanStd.of(f).distance(MeanStd.of(torch.rand(1, 2, 4, 4))).sum().backward()
    assert torch.isfinite(f.grad).all()


def test_w2_is_the_distance_of_gaussians():
    """|μ − μ'|² + |√λ − √λ'|² where the covariances are diagonal, over N."""
    f, a = maps(1, 2, 40, 50), maps(1, 2, 40, 50, seed=1)
    flat = f.flatten(2)[0]
    white = (flat - flat.mean(1, keepdim=True)).T @ torch.linalg.inv(
        torch.linalg.cholesky(flat.cov(correction=0)).T
    )
    scaled = [
        (white * torch.tensor(s) + torch.tensor(m)).T.view(1, 2, 40, 50)
        for s, m in (([2.0, 0.5], [0.0, 3.0]), ([1.0, 1.5], [1.0, 1.0]))
    ]
    ours, theirs = (GaussianWasserstein.of(each) for each in scaled)
    expected = ((1 + 4) + (2 - 1) ** 2 + (0.5 - 1.5) ** 2) / 2
    torch.testing.assert_close(ours.distance(theirs)[0], torch.tensor(expected).double(), rtol=1e-3, atol=0)
    assert float(GaussianWasserstein.of(a).distance(theirs)) > 0


def test_w2_equals_a_root_by_iteration_and_its_slope_autograds():
    """tr(C + A − 2 (A^½ C A^½)^½) by Denman and Beavers' iteration, through which autograd goes."""
    f, a = maps(1, 5, 6, 7).requires_grad_(True), maps(1, 5, 4, 8, seed=1)
    least = 3e-4 * a.square().mean()

    def moments(shown):
        flat = shown.flatten(2)[0]
        return flat.mean(1), flat.cov(correction=0) + least * torch.eye(5)

    def root(matrix):
        y, z = matrix, torch.eye(5, dtype=matrix.dtype)
        for _ in range(20):
            y, z = (y + torch.linalg.inv(z)) / 2, (z + torch.linalg.inv(y)) / 2
        return y

    (mean, covariance), (other_mean, other) = moments(f), moments(a)
    half = root(other)
    traces = torch.trace(covariance + other - 2 * root(half @ covariance @ half))
    expected = ((mean - other_mean).square().sum() + traces) / 5
    found = GaussianWasserstein.of(f).distance(GaussianWasserstein.of(a))[0]
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(*(torch.autograd.grad(each, f)[0] for each in (found, expected)))


def test_w2_of_larger_numbers_is_the_same_but_larger():
    """Also where positions are fewer than channels, whose root has no slope of its own."""
    f, a = maps(1, 8, 2, 2).requires_grad_(True), maps(1, 8, 2, 2, seed=1)
    ours, larger = (
        GaussianWasserstein.of(scale * f).distance(GaussianWasserstein.of(scale * a))[0] for scale in (1, 300)
    )
    torch.testing.assert_close(larger, 300**2 * ours)
    slopes = [torch.autograd.grad(each, f)[0] for each in (ours, larger)]
    torch.testing.assert_close(slopes[1], 300**2 * slopes[0])


@pytest.mark.parametrize("statistic", [SlicedWasserstein, Histogram])
@pytest.mark.parametrize("shape", [(1, 3, 4, 6), (1, 3, 8, 6), (1, 3, 5, 5), (1, 3, 2, 4)])
def test_sorted_numbers_are_compared_as_scipy_does(statistic, shape):
    """W₂² on a line is ∫ (p − q)²: here with each number as often as makes both lists equally long."""
    f, a = maps(1, 3, 4, 6), maps(*shape, seed=1)
    ours, theirs = (statistic.along_directions(each[0].flatten(1).T) for each in (f, a))
    long = math.lcm(len(ours), len(theirs))
    p, q = (each.sort(dim=0).values.repeat_interleave(long // len(each), 0) for each in (ours, theirs))
    torch.testing.assert_close(statistic.of(f).distance(statistic.of(a))[0], (p - q).square().mean())


def test_sliced_directions_are_a_rotation():
    turn = directions(7)
    torch.testing.assert_close(turn.T @ turn, torch.eye(7, dtype=torch.float64))


def test_a_histogram_is_moved_to_the_paintings_without_changing_its_order():
    """−½ NM of the gradient is R(F) − F: each channel's k-th smallest becomes the painting's."""
    f, a = maps(1, 2, 4, 5).requires_grad_(True), maps(1, 2, 4, 5, seed=1)
    Histogram.of(f).distance(Histogram.of(a)).backward()
    moved = (f - f.grad * 40 / 2).detach()
    for channel in range(2):
        torch.testing.assert_close(
            moved[0, channel].flatten().sort().values, a[0, channel].flatten().sort().values
        )
        assert torch.equal(moved[0, channel].flatten().argsort(), f[0, channel].flatten().argsort())


def cosine_table(f, a):
    rows, others = f[0].flatten(1).T, a[0].flatten(1).T
    return 1 - torch.nn.functional.cosine_similarity(rows[:, None], others[None], dim=2)


def test_neighbors_are_the_smallest_of_a_table_of_centered_cosines():
    f, a = maps(1, 4, 5, 6).requires_grad_(True), maps(1, 4, 7, 3, seed=1)
    table = cosine_table(*(each - each.mean(dim=(2, 3), keepdim=True) for each in (f, a)))
    found = Neighbors.of(f).distance(Neighbors.of(a))[0]
    torch.testing.assert_close(found, table.min(1).values.mean())
    torch.testing.assert_close(
        torch.autograd.grad(found, f)[0], torch.autograd.grad(table.min(1).values.mean(), f)[0]
    )


def test_neighbors_of_a_blend_add_by_their_weights():
    f, pictures = Neighbors.of(maps(1, 4, 5, 6)), [Neighbors.of(maps(1, 4, 6, 6, seed=s)) for s in (1, 2)]
    blend = f.distance(Neighbors.mean(pictures, [0.3, 0.7]))
    torch.testing.assert_close(blend, 0.3 * f.distance(pictures[0]) + 0.7 * f.distance(pictures[1]))


def test_transport_is_the_larger_of_both_ways_and_the_moments():
    f, a = maps(1, 4, 5, 6).requires_grad_(True), maps(1, 4, 7, 3, seed=1)
    a = a / a.square().mean().sqrt()  # then features are measured in units of 1
    table = cosine_table(f, a)
    there, back = table.min(1).values.mean(), table.min(0).values.mean()
    flat, other = f.flatten(2)[0], a.flatten(2)[0]
    moments = (flat.mean(1) - other.mean(1)).abs().mean()
    moments = moments + (flat.cov(correction=0) - other.cov(correction=0)).abs().mean()
    expected = torch.maximum(there, back) + moments
    found = RelaxedTransport.of(f).distance(RelaxedTransport.of(a))[0]
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(*(torch.autograd.grad(each, f)[0] for each in (found, expected)))


def test_transport_does_not_depend_on_the_networks_magnitudes():
    f, a = maps(1, 4, 5, 6), maps(1, 4, 7, 3, seed=1)
    once, large = (RelaxedTransport.of(s * f).distance(RelaxedTransport.of(s * a)) for s in (1.0, 300.0))
    torch.testing.assert_close(once, large)


def test_a_large_painting_is_sampled_and_all_of_the_picture_is_looked_for(monkeypatch):
    monkeypatch.setattr("pareidolia.painting.statistics.nearest._AT_ONCE", 7)
    f, a = maps(1, 3, 60, 50), maps(1, 3, 60, 50, seed=1)
    rows, others = (unit(each[0].flatten(1).T) for each in (f, a))
    of_ours, of_theirs = nearest_both_ways(rows[:40], others[:30])
    table = rows[:40] @ others[:30].T
    assert torch.equal(nearest(rows[:40], others[:30]), of_ours)
    assert torch.equal(of_ours, table.argmax(1)) and torch.equal(of_theirs, table.argmax(0))
    gradient = f.requires_grad_(True)
    Neighbors.of(gradient).distance(Neighbors.of(a)).sum().backward()
    assert (f.grad.abs().sum(1) > 0).float().mean() > 0.99


@pytest.mark.parametrize("match", [("gram", "mean-std:0.5"), ("w2", "sliced:3"), ("gram", "histogram:0.2")])
def test_several_are_a_weighted_mean_of_relative_distances(match):
    several, f, a = statistic_for(match), maps(1, 3, 5, 5), maps(1, 3, 6, 4, seed=1)
    names = [text.partition(":")[0] for text in match]
    weights = [float(text.partition(":")[2] or 1) for text in match]
    total = 0.0
    for name, weight in zip(names, weights, strict=True):
        one, target = STYLE_STATISTICS[name].of(f), STYLE_STATISTICS[name].of(a)
        relative = one.beside_gram * one.distance(target) / target.empty().distance(target)
        total = total + weight / sum(weights) * relative
    torch.testing.assert_close(several.of(f).distance(several.of(a)), total)
    assert several.adds_over_positions == all(STYLE_STATISTICS[name].adds_over_positions for name in names)
    tiles = several.of(f[:, :, :2]) + several.of(f[:, :, 2:])
    torch.testing.assert_close(tiles.distance(several.of(a)), total)
    blend = several.mean([several.of(a), several.of(f)], [1, 0])
    torch.testing.assert_close(several.of(f).distance(blend), total)
    empty = several.of(a).empty().distance(several.of(a))
    torch.testing.assert_close(empty, torch.tensor([several.beside_gram]).double())


def test_one_name_is_the_statistic_itself():
    assert statistic_for(["gram"]) is Gram and statistic_for(("mean-std:2",)) is MeanStd


@pytest.mark.parametrize(
    ("match", "error", "told"),
    [
        (["gramm"], UnknownName, "did you mean gram"),
        (["gram:x"], PareidoliaError, "the weight of gram is a number above 0"),
        (["gram", "w2:0"], PareidoliaError, "the weight of w2"),
        (["gram:-1"], PareidoliaError, "the weight of gram"),
        (["gram:nan"], PareidoliaError, "the weight of gram"),
        (["gram", "gram:0.5"], PareidoliaError, "twice"),
        ([], PareidoliaError, "at least one"),
    ],
)
def test_what_cannot_be_matched_is_refused(match, error, told):
    with pytest.raises(error, match=told):
        statistic_for(match)


def test_where_nothing_counts_nothing_is_wrong():
    for statistic in (STYLE_STATISTICS[name] for name in ("sliced", "histogram", "neighbors", "transport")):
        f = maps(1, 3, 4, 4).requires_grad_(True)
        masked = statistic.of(f, torch.zeros(1, 1, 4, 4, dtype=torch.float64))
        distance = masked.distance(statistic.of(maps(1, 3, 4, 4, seed=1))).sum()
        distance.backward()
        assert torch.isfinite(distance) and float(f.grad.abs().max()) < 1e-12
