"""What the experiment finds: of a unit, of a unit at its own best grating, and of a layer."""

from dataclasses import dataclass

from pareidolia.inspection.tuning.measures import SIMPLE_ABOVE, Band, TuningCurve, half_width, octaves
from pareidolia.inspection.tuning.site import Site


@dataclass(frozen=True)
class Tuning:
    """What one unit prefers; curves are responses, see `measures`.

    Attributes:
        unit: the channel.
        responds: whether any grating drove it above its activation for plain grey. If not, all else is empty.
        orientation_curve: mean response over a cycle of drift, by orientation, at the best frequency.
        frequency_curve: the same by frequency at the best orientation.
        orientation: its band, in degrees.
        frequency: its band, in cycles a pixel.
        circular_variance: of the orientation curve.
        modulation: F1/F0 at the best grating shown.
        bar_curve: the largest response to a bar of the best width, sign and position, by orientation.
        sweeps: responses to the light and the dark bar, 2×positions, at its best orientation and width.
        bar_orientation: the best orientation of a bar, in degrees.
    """

    unit: int
    responds: bool
    orientation_curve: TuningCurve
    frequency_curve: TuningCurve
    orientation: Band
    frequency: Band
    circular_variance: float
    modulation: float
    bar_curve: TuningCurve
    sweeps: TuningCurve
    bar_orientation: Band

    @property
    def kind(self) -> str:
        """simple, complex, or no response."""
        if not self.responds:
            return "no response"
        return "simple" if self.modulation > SIMPLE_ABOVE else "complex"

    @property
    def selectivity(self) -> float:
        """1 − circular variance: 1 for one orientation only, 0 for all alike."""
        return 1.0 - self.circular_variance if self.responds else 0.0


@dataclass(frozen=True)
class Portrait:
    """One unit at its own best grating.

    Attributes:
        tuning: what it prefers.
        field: reverse correlation of the gratings with the responses, H×W: the unit's receptive field as far
            as it is linear (Ringach, Sapiro, Shapley 1997). 1 where each grating that drove the unit was at
            its lightest, −1 at its darkest; near 0 all over for a complex cell, about 0.8 at most for a
            rectified linear one.
        best: the grating of best orientation, frequency, phase and diameter, H×W in [−1, 1].
        phase_curve: responses over one cycle of drift.
        size_curve: mean response over a cycle, by diameter.
        diameter: the smallest diameter with 95 % of the largest response, in pixels.
        suppression: how far the response falls for the largest, in [0, 1].
    """

    tuning: Tuning
    field: TuningCurve
    best: TuningCurve
    phase_curve: TuningCurve
    size_curve: TuningCurve
    diameter: float
    suppression: float

    def numbers(self) -> dict[str, object]:
        """The measurements by name; None for those that do not exist."""
        tuning = self.tuning
        numbers: dict[str, object] = {"unit": tuning.unit, "kind": tuning.kind}
        measured: dict[str, object] = {
            "orientation": tuning.orientation.peak,
            "half_width": half_width(tuning.orientation),
            "circular_variance": tuning.circular_variance,
            "frequency": tuning.frequency.peak,
            "low_frequency": tuning.frequency.low,
            "high_frequency": tuning.frequency.high,
            "octaves": octaves(tuning.frequency),
            "modulation": tuning.modulation,
            "bar_orientation": tuning.bar_orientation.peak,
            "diameter": self.diameter,
            "suppression": self.suppression,
            "response": float(self.phase_curve.mean()),
            "orientation_curve": tuning.orientation_curve.tolist(),
            "frequency_curve": tuning.frequency_curve.tolist(),
            "phase_curve": self.phase_curve.tolist(),
            "size_curve": self.size_curve.tolist(),
            "bar_curve": tuning.bar_curve.tolist(),
        }
        return numbers | (measured if tuning.responds else dict.fromkeys(measured))


@dataclass(frozen=True)
class LayerTuning:
    """All units of a layer, some of them portrayed.

    Attributes:
        site: where they were measured.
        orientations: shown, in degrees.
        frequencies: shown, in cycles a pixel.
        diameters: shown, in pixels.
        positions: of the bars shown, in pixels.
        units: every unit's tuning, by channel.
        portraits: those wanted.
    """

    site: Site
    orientations: TuningCurve
    frequencies: TuningCurve
    diameters: TuningCurve
    positions: TuningCurve
    units: tuple[Tuning, ...]
    portraits: tuple[Portrait, ...]
