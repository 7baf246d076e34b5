"""Colour transforms held to closed forms and to independent libraries."""

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pareidolia.pictures import from_oklch, from_yiq, luminance, over_white, symmetric, to_yiq


def test_luminance_is_pillows_grey(noise: torch.Tensor) -> None:
    pixels = (noise[0].permute(1, 2, 0) * 255).round().byte().numpy()
    reference = np.asarray(Image.fromarray(pixels).convert("L"))
    assert np.abs(luminance(noise)[0, 0].numpy() * 255 - reference).max() <= 1


def test_yiq_is_scikit_images(noise: torch.Tensor) -> None:
    from skimage.color import rgb2yiq

    reference = rgb2yiq(noise[0].permute(1, 2, 0).double().numpy())
    assert np.abs(to_yiq(noise)[0].permute(1, 2, 0).numpy() - reference).max() < 1e-5


def test_yiq_round_trip_and_luminance(noise: torch.Tensor) -> None:
    yiq = to_yiq(noise)
    assert torch.allclose(from_yiq(yiq), noise, atol=1e-5)
    assert torch.allclose(yiq[:, :1], luminance(noise), atol=1e-6)
    assert to_yiq(luminance(noise).expand(-1, 3, -1, -1))[:, 1:].abs().max() < 1e-5


def test_over_white(noise: torch.Tensor) -> None:
    assert over_white(noise) is noise
    alpha = torch.full((1, 1, 40, 56), 0.25)
    assert torch.allclose(over_white(torch.cat([noise, alpha], 1)), 0.25 * noise + 0.75)


@given(value=st.floats(-5, 5, width=32))
def test_symmetric_shows_the_sign(value: float) -> None:
    red, _, blue = symmetric(torch.tensor([[[[value, 5.0]]]]))[0, :, 0, 0]
    if value == 0:
        assert red == blue == 1
    assert (red >= blue) if value >= 0 else (blue >= red)


def test_symmetric_scales_each_map_or_to_the_limit() -> None:
    maps = torch.tensor([1.0, -1.0, 0.5, 0.0]).view(1, 1, 2, 2)
    alone = symmetric(maps)
    assert torch.allclose(symmetric(torch.cat([maps, 100 * maps])), torch.cat([alone, alone]))
    assert torch.allclose(symmetric(maps, limit=0.5)[..., 1, 0], alone[..., 0, 0])
    assert torch.allclose(1 - symmetric(maps, limit=2.0), (1 - alone) / 2)
    assert torch.equal(alone[0, :, 1, 1], torch.ones(3))


def test_symmetric_of_zeros_is_white() -> None:
    assert torch.equal(symmetric(torch.zeros(2, 1, 3, 3)), torch.ones(2, 3, 3, 3))
    assert torch.equal(symmetric(torch.zeros(1, 1, 3, 3), limit=0.0), torch.ones(1, 3, 3, 3))


def test_oklch_of_known_colours() -> None:
    """White, black, and sRGB's pure red at L 0.62796, C 0.25768, h 29.234° (CSS Color 4's example)."""
    lightness = torch.tensor([1.0, 0.0, 0.62796], dtype=torch.float64).view(3, 1, 1, 1)
    chroma = torch.tensor([0.0, 0.0, 0.25768], dtype=torch.float64).view(3, 1, 1, 1)
    hue = torch.deg2rad(torch.tensor([0.0, 0.0, 29.234], dtype=torch.float64)).view(3, 1, 1, 1)
    found = from_oklch(lightness, chroma, hue)[:, :, 0, 0]
    assert torch.allclose(found, torch.tensor([[1.0, 1, 1], [0, 0, 0], [1, 0, 0]]).double(), atol=2e-3)
