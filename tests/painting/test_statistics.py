"""Style statistics: what each of them must do, and their numbers."""

import pytest
import torch

from pareidolia.painting import STYLE_STATISTICS, Gram, MeanStd


def maps(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.fixture(params=list(STYLE_STATISTICS))
def statistic(request):
    return STYLE_STATISTICS[request.param]


def test_tiles_add_up_to_the_whole(statistic):
    f, other = maps(2, 3, 6, 4), statistic.of(maps(2, 3, 5, 5, seed=1))
    whole = statistic.of(f)
    tiles = statistic.of(f[:, :, :2]) + statistic.of(f[:, :, 2:])
    torch.testing.assert_close(tiles.distance(other), whole.distance(other))
    assert whole.distance(other).shape == (2,) and float(tiles.distance(whole).max()) < 1e-24


def test_a_mask_counts_positions_by_their_weight(statistic):
    f = maps(1, 3, 6, 4)
    mask = torch.zeros(1, 1, 6, 4, dtype=torch.float64)
    mask[..., :2] = 0.5
    masked, part = statistic.of(f, mask), statistic.of(f[..., :2])
    assert float(masked.distance(part)) < 1e-24 < float(masked.distance(statistic.of(f)))


def test_a_blend_may_be_one_or_one_for_each_picture(statistic):
    pictures = [statistic.of(maps(1, 3, 5, 5, seed=seed)) for seed in range(3)]
    one = statistic.mean(pictures, [0.2, 0.3, 0.5])
    each = statistic.mean(pictures, torch.tensor([[0.2, 0.3, 0.5], [0.0, 1.0, 0.0]]).double())
    torch.testing.assert_close(each.distance(pictures[1])[0], one.distance(pictures[1])[0])
    assert float(each.distance(pictures[1])[1]) < 1e-24


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
