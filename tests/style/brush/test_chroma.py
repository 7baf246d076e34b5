"""Chroma that follows luma, against the guided filter written out window by window."""

import numpy as np
import torch
from scipy import ndimage

from pareidolia.style.brush.chroma import REACH, follow_luma


def _smooth(*shape, seed=0):
    noise = torch.rand(shape, generator=torch.Generator().manual_seed(seed))
    return noise - noise.mean()


def _pooled(x):
    return x.reshape(x.shape[0] // 2, 2, x.shape[1] // 2, 2).mean((1, 3))


def _fits(chroma, luma, variance):
    """Slope and level of each window of 3×3 means; He 2010, equations 5 and 6."""
    fits = np.zeros((2, *luma.shape))
    for place in np.ndindex(*luma.shape):
        window = tuple(slice(max(0, at - 1), at + 2) for at in place)
        guide, guided = luma[window].ravel(), chroma[window].ravel()
        slope = np.cov(guide, guided, bias=True)[0, 1] / (guide.var() + 0.02 * variance)
        fits[:, *place] = slope, guided.mean() - slope * guide.mean()
    return fits


def test_it_is_the_guided_filter():
    luma, chroma = _smooth(1, 1, 10, 12), _smooth(1, 2, 10, 12, seed=1)
    found, guide = follow_luma(chroma, luma, luma.var().view(1, 1, 1, 1)), luma[0, 0].double().numpy()
    for ours, channel in zip(found[0], chroma[0], strict=True):
        fits = _fits(_pooled(channel.double().numpy()), _pooled(guide), float(luma.var()))
        slope, level = ndimage.zoom(fits, (1, 2, 2), order=1, mode="nearest", grid_mode=True)
        np.testing.assert_allclose(ours, slope * guide + level, atol=1e-5)


def test_one_hue_stays_and_a_contour_takes_chroma_with_it():
    step = torch.where(torch.arange(24) < 12, -0.5, 0.5).expand(1, 1, 20, 24)
    variance = step.var().view(1, 1, 1, 1)
    same = torch.full((1, 1, 20, 24), 0.3)
    torch.testing.assert_close(follow_luma(same, step, variance), same, atol=1e-6, rtol=0)
    followed = follow_luma(step, step, variance)
    assert (followed - step).abs().max() < 0.12


def test_fringes_and_grain_of_color_are_averaged():
    step = torch.where(torch.arange(24) < 12, -0.5, 0.5).expand(1, 1, 20, 24)
    fringe = torch.zeros(1, 1, 20, 24)
    fringe[..., 12] = 1
    assert follow_luma(fringe, step, step.var().view(1, 1, 1, 1)).abs().max() < 0.5
    grain = _smooth(1, 1, 20, 24)
    assert follow_luma(grain, step, step.var().view(1, 1, 1, 1)).std() < 0.3 * grain.std()


def test_it_sees_no_further_than_it_says():
    luma, chroma = (_smooth(1, 1, 2, 24, seed=seed).requires_grad_() for seed in (0, 1))
    follow_luma(chroma, luma, torch.ones(1, 1, 1, 1))[0, 0, 0, 11:13].sum().backward()
    for seen in (chroma.grad, luma.grad):
        places = seen[0, 0, 0].nonzero()
        assert places.min() == 12 - REACH and places.max() == 11 + REACH
