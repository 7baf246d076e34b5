"""Numbers of tuning curves against closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pareidolia.inspection.tuning.measures import (
    circular_variance,
    frequency_band,
    half_width,
    modulation,
    octaves,
    orientation_band,
    preferred_size,
)

ANGLES = np.arange(36) * 5.0


def bump(peak: float, width: float) -> np.ndarray:
    away = (ANGLES - peak + 90) % 180 - 90
    return np.exp(-(away**2) / (2 * width**2))


@given(st.floats(0, 179.9), st.floats(12, 25))
@settings(deadline=None)
def test_a_gaussian_curve_gives_its_peak_and_half_width(peak: float, width: float) -> None:
    band = orientation_band(ANGLES, bump(peak, width))
    assert 0 <= band.peak < 180
    assert abs((band.peak - peak + 90) % 180 - 90) < 0.3
    assert half_width(band) == pytest.approx(width * np.sqrt(2 * np.log(2)), rel=0.03)


def test_a_flat_curve_has_no_width_and_full_circular_variance() -> None:
    assert half_width(orientation_band(ANGLES, np.ones(36))) is None
    assert circular_variance(ANGLES, np.ones(36)) == pytest.approx(1)
    assert circular_variance(ANGLES, np.eye(36)[7]) == pytest.approx(0)
    assert circular_variance(ANGLES, 1 + np.cos(2 * np.deg2rad(ANGLES - 33))) == pytest.approx(0.5)
    assert circular_variance(ANGLES, np.zeros(36)) == 1


def test_octaves_of_a_curve_that_is_gaussian_in_the_logarithm() -> None:
    frequencies = np.geomspace(0.01, 0.4, 40)
    curve = np.exp(-(np.log2(frequencies / 0.07) ** 2) / (2 * 0.6**2))
    band = frequency_band(frequencies, curve)
    assert band.peak == pytest.approx(0.07, rel=0.005)
    assert octaves(band) == pytest.approx(2 * 0.6 * np.sqrt(2 * np.log(2)), rel=0.01)
    falling = frequency_band(frequencies, 1 / (1 + (frequencies / 0.05) ** 2))
    crossing = 0.05 * np.sqrt(1 + 2 * (0.01 / 0.05) ** 2)  # half of the value at 0.01
    assert falling.low is None and octaves(falling) is None
    assert falling.high == pytest.approx(crossing, rel=0.005)
    assert frequency_band(frequencies, frequencies).high is None


@pytest.mark.parametrize(("threshold", "expected"), [(0.0, np.pi / 2), (-10.0, 0.1), (0.5, None)])
def test_modulation_of_a_rectified_cosine(threshold: float, expected: float | None) -> None:
    phases = np.arange(720) * (2 * np.pi / 720)
    rate = np.maximum(np.cos(phases - 0.7) - threshold, 0)
    if expected is None:  # Σ over the arc where cos > t, in closed form
        arc = np.arccos(threshold)
        mean = (np.sin(arc) - threshold * arc) / np.pi
        first = (arc - np.sin(arc) * np.cos(arc)) / np.pi
        expected = first / mean
    assert modulation(rate) == pytest.approx(expected, rel=1e-3)


def test_modulation_of_frequency_doubling_is_zero() -> None:
    phases = np.arange(16) * (2 * np.pi / 16)
    assert modulation(np.cos(phases) ** 2) == pytest.approx(0, abs=1e-12)
    assert modulation(np.zeros(16)) == 0


def test_size() -> None:
    diameters = np.array([2.0, 4, 8, 16, 32])
    assert preferred_size(diameters, np.array([0.0, 1, 2, 1.5, 1])) == (8.0, 0.5)
    assert preferred_size(diameters, np.array([0.0, 1, 1.96, 2, 2])) == (8.0, 0.0)
    assert preferred_size(diameters, np.zeros(5)) == (32.0, 0.0)
