import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from pareidolia.painting import FourierCanvas, PixelCanvas

SIDES = st.integers(4, 33)


def photo(height, width, seed=0, count=1):
    return torch.rand((count, 3, height, width), generator=torch.Generator().manual_seed(seed))


@given(SIDES, SIDES, st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_a_fourier_canvas_shows_the_picture_it_was_made_of(height, width, seed):
    picture = photo(height, width, seed) * 0.98 + 0.01
    canvas = FourierCanvas.of(picture)
    torch.testing.assert_close(canvas.render(canvas.values).detach(), picture, atol=2e-4, rtol=0)
    assert canvas.size == (height, width)


def test_fourier_noise_is_a_near_grey_picture_of_its_seed():
    canvas = FourierCanvas.noise((32, 24), torch.Generator().manual_seed(1), count=2)
    same = FourierCanvas.noise((32, 24), torch.Generator().manual_seed(1), count=2)
    picture = canvas.render(canvas.values)
    assert picture.shape == (2, 3, 32, 24)
    assert torch.equal(canvas.values, same.values)
    picture = picture.detach()
    assert 0.3 < float(picture.min()) < 0.5 < float(picture.max()) < 0.7


def test_every_frequency_of_a_fourier_canvas_gets_a_gradient():
    canvas = FourierCanvas.noise((8, 8), torch.Generator().manual_seed(0))
    weights = photo(8, 8, seed=3)
    (canvas.render(canvas.values) * weights).sum().backward()
    magnitude = canvas.values.grad.norm(dim=-1)
    assert (magnitude > 0).all()


@pytest.mark.parametrize("size", [(16, 16), (23, 9), (8, 40)])
def test_a_canvas_goes_on_at_another_size_with_the_same_picture(size):
    plain = torch.full((1, 3, 12, 12), 0.25)
    plain[:, 1] = 0.75
    for canvas in (PixelCanvas(plain), FourierCanvas.of(plain)):
        canvas.continue_at(size, canvas.values)
        assert canvas.size == size
        shown = canvas.render(canvas.values).detach()
        torch.testing.assert_close(shown, plain[..., :1, :1].expand(1, 3, *size), atol=1e-3, rtol=0)
        assert canvas.values.is_leaf and canvas.values.requires_grad


def test_pixels_are_kept_within_their_bounds():
    canvas = PixelCanvas(photo(4, 4) * 3 - 1)
    canvas.project()
    assert canvas.values.min().item() >= 0 and canvas.values.max().item() <= 1
    free = PixelCanvas(photo(4, 4) * 3 - 1, bounds=None)
    free.project()
    assert free.values.max().item() > 1


def test_a_canvas_does_not_change_the_picture_it_was_given():
    picture = photo(4, 4)
    before = picture.clone()
    canvas = PixelCanvas(picture)
    with torch.no_grad():
        canvas.values.add_(1)
    assert torch.equal(picture, before)
