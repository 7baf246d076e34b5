"""Numbers with their standard errors."""

import math
from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Estimate:
    """A mean and its standard error.

    Attributes:
        value: the mean.
        error: its standard error; None if it is unknown (one value, or no independent ones).
        count: number of values.
    """

    value: float
    error: float | None
    count: int

    def scaled(self, factor: float) -> "Estimate":
        """The same in another unit."""
        error = None if self.error is None else factor * self.error
        return Estimate(factor * self.value, error, self.count)

    def __str__(self) -> str:
        if self.error is None:
            return f"{self.value:.4g}"
        places = max(0, 1 - math.floor(math.log10(self.error))) if self.error > 0 else 4
        return f"{self.value:.{places}f} ± {self.error:.{places}f}"


def mean_of(values: Tensor) -> Estimate:
    """The mean of independent values (any shape, also Booleans: a share) and s/√n."""
    values = values.detach().cpu().double().flatten()
    count = len(values)
    error = float(values.std() / math.sqrt(count)) if count > 1 else None
    return Estimate(float(values.mean()), error, count)
