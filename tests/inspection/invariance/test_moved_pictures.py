"""Moved pictures against exact ones."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from pareidolia.inspection.invariance.transforms import enlarged, shifted, turned


@pytest.fixture(scope="module")
def picture() -> Tensor:
    return torch.rand(1, 3, 20, 20, generator=torch.Generator().manual_seed(4))


def test_doing_nothing_gives_the_picture(picture: Tensor) -> None:
    for border in ("reflect", "mean"):
        for found in (
            shifted(picture, [0], border),
            enlarged(picture, [1], border),
            turned(picture, [0, 360], border),
        ):
            assert torch.allclose(found, picture.expand_as(found), atol=1e-4)


def test_whole_pixels_move_exactly_and_the_reflection_comes_in(picture: Tensor) -> None:
    down = shifted(picture, [3])
    assert torch.allclose(down[..., 3:, :], picture[..., :-3, :], atol=1e-4)
    assert torch.allclose(down[..., :3, :], picture[..., :3, :].flip(-2), atol=1e-4)
    up = shifted(picture, [-3], "mean")
    assert torch.allclose(up[..., :-3, :], picture[..., 3:, :], atol=1e-4)
    # One row beyond the border, the bicubic kernel still reaches nothing of the picture at whole pixels.
    ground = picture.mean(dim=(2, 3), keepdim=True).expand(1, 3, 3, 20)
    assert torch.allclose(up[..., -3:, :], ground, atol=1e-4)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns_are_counter_clockwise_and_exact(quarters: int, picture: Tensor) -> None:
    assert torch.allclose(turned(picture, [90 * quarters]), torch.rot90(picture, quarters, (2, 3)), atol=1e-3)


def test_enlarging_keeps_the_middle_and_spreads_it() -> None:
    rows, columns = torch.meshgrid(torch.arange(41.0) - 20, torch.arange(41.0) - 20, indexing="ij")
    slope = (0.5 + columns / 100 + rows / 200)[None, None]
    assert torch.allclose(
        enlarged(slope, [2])[0, 0, 10:31, 10:31], slope[0, 0, 10:31, 10:31] / 2 + 0.25, atol=1e-3
    )


@given(st.floats(-30, 30), st.floats(1, 3), st.floats(0, 360))
@settings(deadline=None)
def test_no_edge_is_made_of_a_plain_picture(shift: float, scale: float, turn: float) -> None:
    plain = torch.full((1, 3, 12, 12), 0.3)
    for border in ("reflect", "mean"):
        for found in (
            shifted(plain, [shift], border),
            enlarged(plain, [scale], border),
            turned(plain, [turn], border),
        ):
            assert torch.allclose(found, plain, atol=1e-4)
