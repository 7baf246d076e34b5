"""What `faithfulness` measures of a method: means over photos with their confidence intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pareidolia.inspection.attribution.faithfulness import ScoreCurve

#: A map of random numbers: what a method must beat.
CHANCE = "chance"
#: The measures of `Faithfulness`: areas under two curves, two kinds of removal, and two likenesses.
MEASURES = ("deletion", "insertion", "road", "irof", "last_layer", "upper_half")


@dataclass(frozen=True)
class Mean:
    """A mean over pictures and its 95 % confidence interval (None where there is one picture only)."""

    value: float
    interval: tuple[float, float] | None

    def __str__(self) -> str:
        if self.interval is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} [{self.interval[0]:.3f}, {self.interval[1]:.3f}]"


@dataclass(frozen=True)
class Faithfulness:
    """What was measured of one method.

    Attributes:
        method: its name.
        deletion: area under the mean curve; low is good.
        insertion: area under the mean curve; high is good.
        road: mean confidence as the most important pixels are imputed; low is good.
        irof: share of the area over the curve as superpixels are removed; high is good. None where none are.
        last_layer: likeness (Spearman's ρ) to the map of a network whose last layer is randomised; near 0 is
            good. Near 1 the method does not explain the network.
        upper_half: the same, with the upper half of the network randomised.
        deletion_curve: mean of the deletion curves.
        insertion_curve: mean of the insertion curves.
        caution: what is known against the method, if anything.
    """

    method: str
    deletion: Mean
    insertion: Mean
    road: Mean
    irof: Mean | None
    last_layer: Mean
    upper_half: Mean
    deletion_curve: ScoreCurve
    insertion_curve: ScoreCurve
    caution: str

    def row(self) -> dict[str, object]:
        """The method, and of each measure its mean and the ends of its interval (None of a single photo)."""
        row: dict[str, object] = {"method": self.method}
        for name, mean in self._means().items():
            low, high = mean.interval or (None, None)
            row |= {name: mean.value, f"{name}_low": low, f"{name}_high": high}
        return row | {"caution": self.caution}

    def report(self) -> dict[str, object]:
        """The same for people, in words, with the numbers behind these."""
        means = self._means()
        numbers = {name: {"mean": mean.value, "interval": mean.interval} for name, mean in means.items()}
        words = {name.replace("_", " "): str(mean) for name, mean in means.items()}
        return {"method": self.method, **words, "numbers": {**numbers, "caution": self.caution}}

    def _means(self) -> dict[str, Mean]:
        measured = {name: getattr(self, name) for name in MEASURES}
        return {name: mean for name, mean in measured.items() if mean is not None}


def bootstrap(values: Sequence[float], *, seed: int = 0, resamples: int = 2000) -> Mean:
    """The mean of `values` and the percentile bootstrap's 95 % interval of it."""
    sample = np.asarray(values, dtype=np.float64)
    if len(sample) < 2:
        return Mean(float(sample.mean()), None)
    drawn = np.random.default_rng(seed).integers(len(sample), size=(resamples, len(sample)))
    low, high = np.percentile(sample[drawn].mean(axis=1), [2.5, 97.5])
    return Mean(float(sample.mean()), (float(low), float(high)))
