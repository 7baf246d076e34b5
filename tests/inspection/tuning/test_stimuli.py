"""What an orientation is: drawn once, held to here."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from pareidolia.inspection.tuning import StimulusCanvas, as_pictures, bars, gratings

CANVAS = StimulusCanvas.centered(21, 21)


def one(value: float) -> Tensor:
    return torch.tensor([value], dtype=torch.float64)


def grating(
    theta: float, phase: float = 0.0, frequency: float = 0.1, canvas: StimulusCanvas = CANVAS
) -> Tensor:
    return gratings(canvas, one(theta), one(frequency), one(phase))[0, 0]


def test_0_is_horizontal_90_vertical_45_rises_to_the_right() -> None:
    assert torch.allclose(grating(0), grating(0)[:, :1].expand(21, 21), atol=1e-6)
    assert torch.allclose(grating(90), grating(90)[:1].expand(21, 21), atol=1e-6)
    rising = grating(45)
    # One step right and one up (a row less) stays on the stripe.
    assert torch.allclose(rising[1:, :-1], rising[:-1, 1:], atol=1e-6)
    assert not torch.allclose(rising[1:, 1:], rising[:-1, :-1], atol=1e-2)


def test_horizontal_stripes_drift_up_and_vertical_ones_to_the_left() -> None:
    quarter = math.pi / 2 * 0.8  # 2 pixels at a tenth of a cycle a pixel are a fifth of a turn
    assert torch.allclose(grating(0, quarter)[:-2], grating(0)[2:], atol=1e-5)
    assert torch.allclose(grating(90, quarter)[:, :-2], grating(90)[:, 2:], atol=1e-5)


@given(theta=st.floats(0, 180), phase=st.floats(0, 2 * math.pi), frequency=st.floats(0.02, 0.45))
@settings(deadline=None)
def test_a_quarter_turn_of_the_picture_adds_90_degrees(theta: float, phase: float, frequency: float) -> None:
    turned = torch.rot90(grating(theta, phase, frequency), 1, (0, 1))  # counter-clockwise
    assert torch.allclose(turned, grating(theta + 90, phase, frequency), atol=1e-5)


@given(theta=st.floats(0, 180), frequency=st.floats(0.02, 0.3))
@settings(deadline=None)
def test_the_frequency_is_that_of_the_formula(theta: float, frequency: float) -> None:
    angle = math.radians(theta)
    x, y = 4, 7  # right and up
    across = -x * math.sin(angle) + y * math.cos(angle)
    found = grating(theta, 0.3, frequency)[10 - y, 10 + x]
    assert float(found) == pytest.approx(math.cos(2 * math.pi * frequency * across - 0.3), abs=1e-5)


def test_a_disc_has_its_area_and_a_whole_grating_is_not_cut() -> None:
    disc = gratings(StimulusCanvas.centered(64, 64), one(0), one(0), one(0), one(40.0))
    assert float(disc.sum()) == pytest.approx(math.pi * 20**2, rel=0.01)
    wide = gratings(CANVAS, one(30), one(0.1), one(1), one(31.0))
    assert torch.equal(wide, gratings(CANVAS, one(30), one(0.1), one(1)))


@pytest.mark.parametrize("theta", [0, 30, 45, 90, 120])
def test_a_bar_has_its_width_place_and_sign(theta: float) -> None:
    canvas = StimulusCanvas.centered(41, 41)
    bar = bars(canvas, one(theta), one(5.0), one(4.0), one(-1.0))[0, 0]
    across = canvas.across(one(theta))[0]
    middle = canvas.radius() < 12  # away from the corners, where a slanted bar is cut
    assert float(bar.max()) <= 0 and float(bar.min()) == -1
    weights = bar.double() * middle
    assert float((weights * across).sum() / weights.sum()) == pytest.approx(5.0, abs=0.1)
    assert bool((bar[(across - 5).abs() > 2.5] == 0).all()) and bool(
        (bar[(across - 5).abs() < 1.5] == -1).all()
    )


def test_pictures_stay_in_range_and_the_ground_is_mid_grey() -> None:
    patterns = torch.stack([grating(20), torch.zeros(21, 21)])[:, None]
    gray = as_pictures(patterns, 0.5)
    assert gray.shape == (2, 1, 21, 21) and bool((gray[1] == 0.5).all())
    assert float(gray.min()) == pytest.approx(0.25, abs=0.01) and float(gray.max()) <= 0.75
    red = as_pictures(torch.ones(1, 1, 2, 2), 1.0, "red-green")[0, :, 0, 0]
    blue = as_pictures(torch.ones(1, 1, 2, 2), 1.0, "blue-yellow")[0, :, 0, 0]
    assert red.tolist() == [1, 0, 0.5] and blue.tolist() == [0, 0, 1]
