import pytest
import torch

from pareidolia.painting.transforms import ROBUST, RandomCrops, Roll, Turn, transformed

MOVED = (Roll(8), *ROBUST, RandomCrops(degrees=10))


def picture(height=40, width=48):
    return torch.rand((1, 3, height, width), generator=torch.Generator().manual_seed(0))


def test_randomness_is_a_function_of_seed_and_step():
    first, again = (transformed(picture(), MOVED, seed=3, step=7) for _ in range(2))
    assert torch.equal(first, again)
    assert not torch.equal(first, transformed(picture(), MOVED, seed=3, step=8))
    assert not torch.equal(first, transformed(picture(), MOVED, seed=4, step=7))


@pytest.mark.parametrize("seed", [20261128123456, 2**64 + 5, 10**30])
def test_a_seed_may_be_of_any_size(seed):
    first, again, other = (transformed(picture(), MOVED, s, step=7) for s in (seed, seed, seed + 1))
    assert torch.equal(first, again) and not torch.equal(first, other)


def test_a_roll_shows_every_offset_and_nothing_else():
    whole = picture(10, 10)
    offsets = {whole[0, 0, -down, -right].item() for down in range(-2, 3) for right in range(-2, 3)}
    generator = torch.Generator().manual_seed(0)
    met = {Roll(2)(whole, generator)[0, 0, 0, 0].item() for _ in range(300)}
    assert met == offsets


def test_a_turn_that_does_not_turn_is_the_identity():
    same = Turn(scales=(1, 1), degrees=0)(picture(), torch.Generator())
    torch.testing.assert_close(same, picture(), atol=1e-5, rtol=0)


@pytest.mark.parametrize("size", [(41, 41), (31, 61)])
def test_a_turn_keeps_shapes_whatever_the_pictures_sides(size):
    """A disc stays a disc of the same area: rotation counts in pixels, not in half sides."""
    crops = RandomCrops(1, (1, 1), noise=0, overhang=0, degrees=90)
    inner = slice(size[1] // 2 - 15, size[1] // 2 + 16)  # beyond it crops show mirrored discs
    rows, columns = torch.meshgrid(torch.arange(size[0]), torch.arange(size[1]), indexing="ij")
    distance = ((rows - size[0] // 2) ** 2 + (columns - size[1] // 2) ** 2).sqrt()
    disc = (10.5 - distance).clamp(0, 1)[None, None]
    for seed in range(5):
        turned, cropped = (
            turn(disc, torch.Generator().manual_seed(seed))
            for turn in (Turn(scales=(1, 1), degrees=90), crops)
        )
        assert (turned - disc).abs().mean() < 0.01
        assert (cropped - disc)[..., inner].abs().sum() < 0.01 * disc.numel()


def test_scaling_enlarges_by_the_factor():
    disc = torch.zeros(1, 1, 40, 40)
    disc[..., 15:25, 15:25] = 1
    larger = Turn(scales=(2, 2), degrees=0)(disc, torch.Generator())
    assert larger.sum() == pytest.approx(4 * 100, rel=0.05)


def test_gradients_reach_the_picture():
    x = picture().requires_grad_(True)
    transformed(x, MOVED, seed=0, step=0).sum().backward()
    assert x.grad.abs().sum() > 0


def test_crops_are_of_their_own_picture_and_of_the_size_asked_for():
    flat = torch.tensor([0.2, 0.7]).view(2, 1, 1, 1).expand(2, 3, 40, 40)
    crops = RandomCrops(3, noise=0, size=(16, 24))(flat, torch.Generator().manual_seed(0))
    assert crops.shape == (6, 3, 16, 24)
    torch.testing.assert_close(crops[:, 0, 0, 0], torch.tensor([0.2] * 3 + [0.7] * 3))


def test_crops_that_are_not_turned_are_those_of_earlier_records():
    """Three numbers a square: its side, and where its middle is."""
    whole, sides = picture(40, 40), (0.4, 0.9)
    drawn = torch.rand((2, 3), generator=torch.Generator().manual_seed(3))
    found = RandomCrops(2, sides, noise=0, overhang=0)(whole, torch.Generator().manual_seed(3))
    for crop, (share, across, down) in zip(found, drawn, strict=True):
        side = sides[0] + share * (sides[1] - sides[0])
        theta = torch.tensor(
            [[side, 0, (2 * across - 1) * (1 - side)], [0, side, (2 * down - 1) * (1 - side)]]
        )
        grid = torch.nn.functional.affine_grid(theta[None], [1, 3, 40, 40], align_corners=False)
        wanted = torch.nn.functional.grid_sample(whole, grid, align_corners=False)
        torch.testing.assert_close(crop[None], wanted, atol=1e-5, rtol=0)
