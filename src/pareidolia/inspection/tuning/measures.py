"""Numbers that describe a tuning curve. Curves are one-dimensional arrays that are not negative.

A **response** is the rise of an activation above its value for plain mid-grey, or 0 if it does not rise:
a neuron's firing rate above its spontaneous one. So rectified layers, those with a bias and those before a
rectifier are read alike.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

TuningCurve = NDArray[np.float64]

#: Skottun et al. (1991): cells whose F1/F0 is above are simple, below complex.
SIMPLE_ABOVE = 1.0


@dataclass(frozen=True)
class Band:
    """The peak of a curve and the places where it falls to half of it.

    Attributes:
        peak: the place of the maximum.
        low: where it falls to half on the lower side; None if it does not within what was shown.
        high: likewise on the upper side.
    """

    peak: float
    low: float | None
    high: float | None


def orientation_band(orientations: TuningCurve, responses: TuningCurve) -> Band:
    """The preferred orientation, and where the curve falls to half on either side.

    The peak is that of a parabola through the highest response and its neighbours; half of it is found by
    linear interpolation. A side that does not fall to half within 90 degrees is None.

    Args:
        orientations: even steps over 180 degrees, on which the curve is periodic.
        responses: at these.

    Returns:
        The peak in [0, 180) degrees; `low` and `high` may lie outside.
    """
    count = len(orientations)
    step = 180.0 / count
    middle = int(responses.argmax())
    places = np.arange(-(count // 2) - 1, count // 2 + 2)
    unrolled = responses[(middle + places) % count]
    found = _band(orientations[middle] + step * places, unrolled, count // 2 + 1)
    low, high = (
        None if side is None or abs(side - found.peak) > 90 else side for side in (found.low, found.high)
    )
    turns = 180.0 * np.floor(found.peak / 180.0)
    return Band(
        float(found.peak - turns),
        None if low is None else float(low - turns),
        None if high is None else float(high - turns),
    )


def frequency_band(frequencies: TuningCurve, responses: TuningCurve) -> Band:
    """The preferred spatial frequency and where the curve falls to half.

    Args:
        frequencies: rising evenly on a logarithmic scale, on which the peak's parabola and the half heights
            are interpolated.
        responses: at these.

    Returns:
        In the unit of `frequencies`. `low` is None for a low-pass curve, `high` for a high-pass one.
    """
    found = _band(np.log2(frequencies), responses, int(responses.argmax()))
    return Band(
        float(2.0**found.peak),
        None if found.low is None else float(2.0**found.low),
        None if found.high is None else float(2.0**found.high),
    )


def half_width(band: Band) -> float | None:
    """The half width at half height, in the unit of the band: the mean distance of both sides from the peak.

    Args:
        band: the band.

    Returns:
        The width; None if a side does not fall to half.
    """
    return None if band.low is None or band.high is None else (band.high - band.low) / 2


def octaves(band: Band) -> float | None:
    """The full width at half height of a frequency curve, log2(high / low); None if a side is missing."""
    return None if band.low is None or band.high is None else float(np.log2(band.high / band.low))


def circular_variance(orientations: TuningCurve, responses: TuningCurve) -> float:
    """1 − |Σ r exp(2iθ)| / Σ r: 0 for one orientation only, 1 for all alike (Ringach et al. 2002)."""
    total = responses.sum()
    if total <= 0:
        return 1.0
    return float(1.0 - abs((responses * np.exp(2j * np.deg2rad(orientations))).sum()) / total)


def modulation(responses: TuningCurve) -> float:
    """F1/F0 of the responses over one cycle of drift in even steps: amplitude at the drift over the mean.

    π/2 for a rectified linear unit without threshold, more with one, 0 for a response that does not depend
    on phase (Skottun et al. 1991). 0 if there is no response.
    """
    mean = responses.mean()
    if mean <= 0:
        return 0.0
    turns = np.exp(-2j * np.pi * np.arange(len(responses)) / len(responses))
    return float(2.0 * abs((responses * turns).mean()) / mean)


def preferred_size(diameters: TuningCurve, responses: TuningCurve) -> tuple[float, float]:
    """The smallest diameter with 95 % of the largest response, and the suppression beyond it in [0, 1].

    Suppression is 1 − (response to the largest) / (largest response); 0 if there is no response.
    """
    highest = responses.max()
    if highest <= 0:
        return float(diameters[-1]), 0.0
    return float(diameters[responses >= 0.95 * highest][0]), float(1.0 - responses[-1] / highest)


def _band(places: TuningCurve, values: TuningCurve, middle: int) -> Band:
    """The band about the highest value, at index `middle`, of a curve over even `places`."""
    shift, height = 0.0, float(values[middle])
    if 0 < middle < len(values) - 1:
        before, top, after = values[middle - 1 : middle + 2]
        bend = before - 2 * top + after
        if bend < 0:
            shift = float(0.5 * (before - after) / bend)
            height = float(top - 0.25 * (before - after) * shift)
    peak = float(places[middle] + shift * (places[1] - places[0]))
    return Band(
        peak,
        _falls_to(height / 2, places[middle::-1], values[middle::-1]),
        _falls_to(height / 2, places[middle:], values[middle:]),
    )


def _falls_to(half: float, places: TuningCurve, values: TuningCurve) -> float | None:
    """Where the curve, followed from its peak, first crosses `half`."""
    below = np.flatnonzero(values <= half)
    if len(below) == 0 or below[0] == 0:
        return None
    last = int(below[0])
    share = (values[last - 1] - half) / (values[last - 1] - values[last])
    return float(places[last - 1] + share * (places[last] - places[last - 1]))
