"""Resizing: exact where a closed form exists, equal to Pillow's, differentiable."""

import numpy as np
import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from pareidolia.pictures import fit, resize, resize_picture
from pareidolia.settings import BadPicture

sides = st.integers(1, 40)


@given(height=st.integers(1, 60_000), width=st.integers(1, 60_000), longer=st.integers(1, 20_000))
def test_fit_keeps_proportions(height: int, width: int, longer: int) -> None:
    h, w = fit((height, width), longer)
    assert max(h, w) == longer
    assert (h >= w) if height >= width else (w >= h)
    assert min(h, w) == 1 or abs(min(h, w) - longer * min(height, width) / max(height, width)) <= 0.5


def test_fit_by_example() -> None:
    assert fit((300, 451), 512) == (341, 512)
    assert fit((2, 60_000), 512) == (1, 512)
    with pytest.raises(BadPicture):
        fit((0, 5), 10)


@settings(deadline=None)
@given(sides, sides, sides, sides, st.floats(0, 1, width=32))
def test_constant_pictures_stay_constant(h: int, w: int, new_h: int, new_w: int, value: float) -> None:
    for channels in (1, 3, 4):
        resized = resize_picture(torch.full((1, channels, h, w), value), (new_h, new_w))
        assert resized.shape == (1, channels, new_h, new_w)
        assert (resized - value).abs().max() <= 2e-6


@settings(deadline=None)
@given(sides, sides, sides, sides, st.integers(0, 99))
@example(5, 3, 2, 1, 0)
@example(5, 3, 1, 1, 0)
@example(2, 1, 3, 1, 0)
def test_like_pillows_bicubic(h: int, w: int, new_h: int, new_w: int, seed: int) -> None:
    values = np.random.default_rng(seed).random((h, w), dtype=np.float32)
    reference = np.asarray(Image.fromarray(values).resize((new_w, new_h), Image.Resampling.BICUBIC))
    resized = resize(torch.from_numpy(values)[None, None], (new_h, new_w))
    assert np.abs(resized[0, 0].numpy() - reference).max() < 2e-5


def test_same_size_is_equal(noise: torch.Tensor) -> None:
    for function in (resize, resize_picture):
        assert torch.equal(function(noise, (40, 56)), noise)


def test_linear_and_differentiable() -> None:
    generator = torch.Generator().manual_seed(0)
    a, b = torch.rand(2, 1, 3, 6, 7, generator=generator, dtype=torch.float64)
    assert torch.allclose(resize(2 * a - b, (9, 4)), 2 * resize(a, (9, 4)) - resize(b, (9, 4)))
    for height_width in ((4, 9), (4, 1), (1, 1)):
        assert torch.autograd.gradcheck(
            lambda x, to=height_width: resize(x, to), a[:, :1].clone().requires_grad_()
        )


def test_overshoot_is_clamped_in_pictures_only() -> None:
    edge = torch.zeros(1, 3, 8, 8)
    edge[..., 4:] = 1
    assert resize(edge, (32, 32)).max() > 1.01
    larger = resize_picture(edge, (32, 32))
    assert larger.min() == 0
    assert larger.max() == 1


def test_alpha_weighs_colour() -> None:
    two = torch.tensor([[1.0, 0.0], [0.0, 0.0], [0.0, 1.0], [1.0, 1 / 3]]).view(1, 4, 1, 2)
    one = resize_picture(two, (1, 1)).flatten()
    assert torch.allclose(one, torch.tensor([3 / 4, 0, 1 / 4, 2 / 3]), atol=1e-6)


def test_invisible_pixels_keep_their_colour() -> None:
    clear = torch.tensor([0.2, 0.4, 0.6, 0.0]).view(1, 4, 1, 1).expand(1, 4, 5, 5)
    assert torch.allclose(resize_picture(clear, (3, 9)), clear[..., :1, :1].expand(1, 4, 3, 9), atol=1e-6)
