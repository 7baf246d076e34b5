import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pareidolia.pictures import luminance, to_yiq
from pareidolia.style.colors import as_gray, match_colors, match_luminance, with_chroma


def soft(seed, mean=0.5, spread=0.08, size=(40, 30)):
    """A picture well inside [0, 1] whose colours hang together."""
    generator = torch.Generator().manual_seed(seed)
    mixing = torch.eye(3) + 0.5 * torch.rand(3, 3, generator=generator)
    noise = torch.randn(3, size[0] * size[1], generator=generator).clamp(-2, 2)
    return (mean + spread * mixing @ noise).view(1, 3, *size).clamp(0, 1)


def moments(picture):
    pixels = picture[0].flatten(1).double()
    return pixels.mean(1), torch.cov(pixels, correction=0)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10_000), st.floats(0.4, 0.6), st.floats(0.02, 0.06))
def test_a_matched_painting_has_the_photos_mean_and_covariance(seed, mean, spread):
    photo = soft(seed, mean, spread)
    matched = match_colors(soft(seed + 1, size=(24, 50)), photo)
    for ours, wanted in zip(moments(matched), moments(photo), strict=True):
        torch.testing.assert_close(ours, wanted, atol=3e-4, rtol=1e-2)


def test_a_picture_matched_to_itself_is_itself():
    picture = soft(3)
    torch.testing.assert_close(match_colors(picture, picture), picture)


def test_a_plain_painting_takes_the_mean_colour_and_no_grain():
    photo = soft(4)
    matched = match_colors(torch.full((1, 3, 20, 20), 0.2), photo)
    torch.testing.assert_close(matched.mean((2, 3)), photo.mean((2, 3)), atol=1e-4, rtol=0)
    assert matched.std() < 0.1


def test_matched_luminance_is_grey_with_the_photos_mean_and_deviation():
    photo = soft(5, 0.6, 0.03)
    matched = match_luminance(soft(6), photo)
    assert torch.equal(matched[:, 0], matched[:, 2])
    wanted = luminance(photo)
    assert matched.mean().item() == pytest.approx(wanted.mean().item(), abs=1e-4)
    assert matched[:, 0].std().item() == pytest.approx(wanted.std().item(), rel=1e-2)


def test_chroma_comes_from_the_photo_and_luminance_from_the_painted():
    painted, photo = soft(7), soft(8)
    yiq = to_yiq(with_chroma(painted, photo))
    torch.testing.assert_close(yiq[:, :1], luminance(painted), atol=1e-5, rtol=0)
    torch.testing.assert_close(yiq[:, 1:], to_yiq(photo)[:, 1:], atol=1e-5, rtol=0)


def test_a_grey_picture_is_its_own_grey():
    gray = soft(9)[:, :1]
    assert torch.equal(as_gray(gray), gray.expand(-1, 3, -1, -1))
    torch.testing.assert_close(as_gray(as_gray(soft(9))), as_gray(soft(9)))
