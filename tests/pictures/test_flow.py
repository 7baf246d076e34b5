"""Flow of known motions, carrying back, and where a flow is not trusted."""

import pytest
import torch
import torch.nn.functional as F

from pareidolia.pictures import carried, optical_flow, trusted
from pareidolia.settings import BadPicture

pytest.importorskip("cv2", reason="optical flow needs OpenCV")


def scene(height: int, width: int, seed: int = 0) -> torch.Tensor:
    """Blobs of many sizes, in colour."""
    generator = torch.Generator().manual_seed(seed)
    layers = [
        F.interpolate(
            torch.rand((1, 3, height // step, width // step), generator=generator),
            (height, width),
            mode="bicubic",
        )
        for step in (4, 8, 16)
    ]
    return torch.stack(layers).mean(0).clamp(0, 1)


@pytest.mark.parametrize(("down", "right"), [(0, 0), (3, 0), (0, -5), (-4, 6)])
def test_a_shift_is_found_everywhere_but_at_the_border(down, right):
    wide = scene(112, 144)
    before = wide[..., 8:104, 8:136]
    now = wide[..., 8 + down : 104 + down, 8 + right : 136 + right]
    flow = optical_flow(now, before)
    assert flow.shape == (1, 2, 96, 128)
    inner = flow[..., 10:-10, 10:-10]
    assert (inner - torch.tensor([right, down]).view(1, 2, 1, 1)).abs().mean() < 0.1
    assert (carried(before, flow) - now).abs()[..., 10:-10, 10:-10].mean() < 0.01
    sure = trusted(flow, optical_flow(before, now))
    assert sure[..., 10:-10, 10:-10].mean() > 0.95


def test_the_same_pictures_give_the_same_flow():
    first, second = scene(64, 64), scene(64, 64, seed=1)
    assert torch.equal(optical_flow(first, second), optical_flow(first, second))


def test_carrying_by_whole_pixels_is_exact():
    picture = torch.rand((2, 3, 12, 15), generator=torch.Generator().manual_seed(0))
    flow = torch.zeros(2, 2, 12, 15)
    torch.testing.assert_close(carried(picture, flow), picture)
    flow[:, 0], flow[:, 1] = 2, -1
    torch.testing.assert_close(carried(picture, flow)[..., 1:, :-2], picture[..., :-1, 2:])


def test_what_leaves_the_picture_is_not_trusted():
    flow = torch.zeros(1, 2, 20, 20)
    flow[:, 0] = 4
    sure = trusted(flow, -flow)
    assert sure[..., :16].all() and not sure[..., 16:].any()


def test_what_was_covered_is_not_trusted():
    """A square moves right over a still scene: what it uncovers at its left was not seen before."""
    still, square = scene(96, 128), scene(40, 40, seed=5)
    before, now = still.clone(), still.clone()
    before[..., 28:68, 40:80] = square
    now[..., 28:68, 46:86] = square
    sure = trusted(optical_flow(now, before), optical_flow(before, now))
    assert sure[..., 32:64, 41:45].mean() < 0.3
    assert sure[..., 34:62, 52:80].mean() > 0.9
    assert sure[..., :20, :].mean() > 0.95


def test_edges_of_motion_are_not_trusted():
    flow = torch.zeros(1, 2, 20, 20)
    flow[..., 10:] = 3
    sure = trusted(flow, torch.zeros_like(flow))
    assert not sure[..., 9:11].any() and sure[..., :9].all()


def test_pictures_of_two_sizes_have_no_flow():
    with pytest.raises(BadPicture, match="one size"):
        optical_flow(scene(32, 32), scene(32, 48))
    with pytest.raises(BadPicture, match="at least 16x16"):
        optical_flow(scene(16, 16)[..., :8], scene(16, 16)[..., :8])
