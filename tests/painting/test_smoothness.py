"""Terms of the pixels alone: total variation, and grain of color."""

import math

import pytest
import torch

from pareidolia.painting import ColorGrain, ModelOutputs, TotalVariation, color_grain
from pareidolia.painting.tiling import Tiling


def total(objective, picture, tile=None):
    return sum(map(float, objective.losses(ModelOutputs(picture, {}, tile=tile)).values()))


def test_total_variation_of_a_slope_is_the_same_in_every_direction():
    ramp = torch.linspace(0, 1, 32).expand(1, 3, 32, 32)
    across, down = (total(TotalVariation(), x) for x in (ramp, ramp.transpose(2, 3)))
    assert across == pytest.approx(down)
    # Squared slope a pixel: once across, half along either diagonal; two directions, three colours.
    assert across == pytest.approx(3 * (1 / 31) ** 2 * (1 + 0.5 * 2) / 2, rel=1e-4)
    assert total(TotalVariation(), torch.full((1, 3, 9, 9), 0.3)) == 0


def waves(color, length=8, side=64):
    """Columns of a sine of that length in pixels, in a color."""
    wave = torch.sin(2 * math.pi * torch.arange(side, dtype=torch.float64) / length)
    shade = torch.tensor(color, dtype=torch.float64)[None, :, None, None]
    return 0.5 + 0.1 * shade * wave.expand(1, 1, side, side)


def test_grain_of_a_wave_is_what_calculus_says():
    # The second difference of a sine is -(2 sin(pi / length))^2 of it, whose mean square is 1/2.
    second = (2 * math.sin(math.pi / 8)) ** 2
    red = torch.tensor([2.0, -1.0, -1.0]) / 3
    expected = (0.1 * second) ** 2 / 2 * float(red.square().sum())
    assert color_grain(waves([1.0, 0.0, 0.0])) == pytest.approx(expected, rel=0.02)


def test_grey_and_even_slopes_have_no_grain_of_color():
    ramp = torch.linspace(0, 1, 32, dtype=torch.float64).expand(1, 1, 32, 32)
    slope = torch.cat([ramp, 1 - ramp, ramp.mT], dim=1)
    grain = ColorGrain(1.0)
    assert total(grain, waves([1.0, 1.0, 1.0])) == pytest.approx(0, abs=1e-20)
    assert total(grain, slope) == pytest.approx(0, abs=1e-20)
    assert color_grain(slope) == pytest.approx(1e-4)  # as a target it is never 0


@pytest.mark.parametrize("size", [(1, 1), (2, 50), (50, 1)])
def test_a_picture_too_narrow_for_grain_has_a_target(size):
    assert 0 < color_grain(torch.rand(1, 3, *size)) < 10


def test_a_picture_has_the_grain_of_itself():
    picture = torch.rand(1, 3, 20, 30, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    assert total(ColorGrain(color_grain(picture)), picture) == pytest.approx(1)
    assert total(ColorGrain(color_grain(picture)), 0.5 * picture) == pytest.approx(0.25)


def test_a_mask_says_where_it_counts():
    picture = torch.rand(1, 3, 20, 30, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    mask = torch.zeros(1, 1, 20, 30, dtype=torch.float64)
    mask[..., :10] = 1
    parts = total(ColorGrain(0.01, mask), picture), total(ColorGrain(0.01, 1 - mask), picture)
    assert sum(parts) == pytest.approx(total(ColorGrain(0.01), picture))
    calm = torch.where(mask > 0, picture, torch.tensor(0.5))
    assert total(ColorGrain(0.01, mask), calm) == pytest.approx(parts[0], rel=0.2)
    assert total(ColorGrain(0.01, 1 - mask), calm) < 0.1 * parts[1]


@pytest.mark.parametrize("wrap", [(False, False), (True, True), (False, True)])
def test_tiles_have_the_grain_of_the_whole(small_network, wrap):
    picture = torch.rand(1, 3, 96, 128, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    network = small_network
    network.module.double()
    layers = ("stage1.relu",)
    mask = torch.linspace(0, 1, 128, dtype=torch.float64).expand(1, 1, 96, 128)
    grain = ColorGrain(0.01, mask)

    def found(side):
        return sum(
            total(grain, tile.cropped(picture), tile)
            for tile in Tiling(network, (96, 128), layers, side, wrap)
        )

    whole = found(128) if any(wrap) else total(grain, picture)
    assert found(32) == pytest.approx(whole, rel=1e-12)
