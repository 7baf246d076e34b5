import pytest
import torch

from pareidolia.painting.transforms import STANDARD, Jitter, Pad, Turn, transformed


def picture(height=40, width=48):
    return torch.rand((1, 3, height, width), generator=torch.Generator().manual_seed(0))


def test_randomness_is_a_function_of_seed_and_step():
    first, again = (transformed(picture(), STANDARD, seed=3, step=7) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, transformed(picture(), STANDARD, seed=3, step=8))
    assert not torch.equal(first, transformed(picture(), STANDARD, seed=4, step=7))


def test_pad_puts_grey_around():
    padded = Pad(3, gray=0.25)(picture(), torch.Generator())
    assert padded.shape == (1, 3, 46, 54)
    assert torch.equal(padded[..., 3:-3, 3:-3], picture())
    assert (padded[..., :3, :] == 0.25).all()


def test_jitter_shows_every_offset_and_nothing_else():
    whole = picture(10, 10)
    windows = {whole[..., t : t + 7, l : l + 7].sum().item(): (t, l) for t in range(4) for l in range(4)}  # noqa: E741
    generator = torch.Generator().manual_seed(0)
    met = {windows[Jitter(3)(whole, generator).sum().item()] for _ in range(300)}
    assert met == set(windows.values())


def test_a_turn_that_does_not_turn_is_the_identity():
    same = Turn(scales=(1, 1), degrees=0)(picture(), torch.Generator())
    torch.testing.assert_close(same, picture(), atol=1e-5, rtol=0)


@pytest.mark.parametrize("size", [(41, 41), (31, 61)])
def test_a_turn_keeps_shapes_whatever_the_pictures_sides(size):
    """A disc stays a disc of the same area: rotation counts in pixels, not in half sides."""
    rows, columns = torch.meshgrid(torch.arange(size[0]), torch.arange(size[1]), indexing="ij")
    distance = ((rows - size[0] // 2) ** 2 + (columns - size[1] // 2) ** 2).sqrt()
    disc = (10.5 - distance).clamp(0, 1)[None, None]
    for seed in range(5):
        turned = Turn(scales=(1, 1), degrees=90)(disc, torch.Generator().manual_seed(seed))
        assert (turned - disc).abs().mean() < 0.01


def test_scaling_enlarges_by_the_factor():
    disc = torch.zeros(1, 1, 40, 40)
    disc[..., 15:25, 15:25] = 1
    larger = Turn(scales=(2, 2), degrees=0)(disc, torch.Generator())
    assert larger.sum() == pytest.approx(4 * 100, rel=0.05)


def test_gradients_reach_the_picture():
    x = picture().requires_grad_(True)
    transformed(x, STANDARD, seed=0, step=0).sum().backward()
    assert x.grad.abs().sum() > 0
