"""What `faithfulness` measures of a method: means over photos with their confidence intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pareidolia.inspection.attribution.faithfulness import ScoreCurve

#: A map of random numbers: what a method must beat.
CHANCE = "chance"
#: The measures of `Faithfulness`: areas under two curves, and two likenesses.
MEASURES = ("deletion", "insertion", "last_layer", "upper_half")


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
        deletion, insertion: areas under the curves; low and high are good.
        last_layer, upper_half: likeness (Spearman's ρ) to the map of a network whose last layer, or upper
            half, is randomised; near 0 is good. Near 1 says that the method does not explain the network.
        deletion_curve, insertion_curve: the mean curves.
        caution: what is known against the method, if anything.
    """

    method: str
    deletion: Mean
    insertion: Mean
    last_layer: Mean
    upper_half: Mean
    deletion_curve: ScoreCurve
    insertion_curve: ScoreCurve
    caution: str

    def row(self) -> dict[str, object]:
        """The method, and of each measure its mean and the ends of its interval (None of a single photo)."""
        row: dict[str, object] = {"method": self.method}
        for name in MEASURES:
            mean: Mean = getattr(self, name)
            low, high = mean.interval or (None, None)
            row |= {name: mean.value, f"{name}_low": low, f"{name}_high": high}
        return row | {"caution": self.caution}

    def report(self) -> dict[str, object]:
        """The same for people, in words, with the numbers behind these."""
        means: dict[str, Mean] = {name: getattr(self, name) for name in MEASURES}
        numbers = {name: {"mean": mean.value, "interval": mean.interval} for name, mean in means.items()}
        words = {name.replace("_", " "): str(mean) for name, mean in means.items()}
        return {"method": self.method, **words, "numbers": {**numbers, "caution": self.caution}}


def bootstrap(values: Sequence[float], *, seed: int = 0, resamples: int = 2000) -> Mean:
    """The mean of `values` and the percentile bootstrap's 95 % interval of it."""
    sample = np.asarray(values, dtype=np.float64)
    if len(sample) < 2:
        return Mean(float(sample.mean()), None)
    drawn = np.random.default_rng(seed).integers(len(sample), size=(resamples, len(sample)))
    low, high = np.percentile(sample[drawn].mean(axis=1), [2.5, 97.5])
    return Mean(float(sample.mean()), (float(low), float(high)))
