"""What a comparison claims: a row of the table in `docs/performance.md`, wanted and found."""

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """Several measurements of one figure.

    Attributes:
        median: the figure.
        low: the lower quartile.
        high: the upper quartile.
        least: the smallest.
        most: the largest; infinite where something was never reached.
        count: how many there are.
    """

    median: float
    low: float
    high: float
    least: float
    most: float
    count: int

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread":
        """The spread of at least one value."""
        ordered = sorted(values)
        low, middle, high = (
            (quantile(ordered, share) for share in (0.25, 0.5, 0.75)) if len(ordered) > 1 else ordered * 3
        )
        return cls(middle, low, high, ordered[0], ordered[-1], len(ordered))


def quantile(ordered: list[float], share: float) -> float:
    """Between the two nearest of sorted values; infinite where the upper one is."""
    place = share * (len(ordered) - 1)
    below, above = ordered[math.floor(place)], ordered[math.ceil(place)]
    if below == above:
        return below
    return above if math.isinf(above) else below + (above - below) * (place - math.floor(place))


@dataclass(frozen=True)
class Goal:
    """What is wanted of one piece of work.

    Attributes:
        work: what is done.
        against: what it is compared with; the figure is a ratio of times, ours over theirs, unless `figure`
            names another.
        wanted: the largest figure that is well, or with `at_least` the smallest.
        at_least: whether more is better.
        every: whether the worst measurement counts instead of the median.
        figure: what the figure is, where it is not such a ratio.
        limit: what a profile shows to be in the way, for the page where the goal is missed.
    """

    work: str
    against: str
    wanted: float
    at_least: bool = False
    every: bool = False
    figure: str = "time, ours / theirs"
    limit: str = ""

    def claim(self, values: Iterable[float]) -> "Claim":
        """The goal with what was measured."""
        return Claim(self, Spread.of(values))


@dataclass(frozen=True)
class Claim:
    """A goal and what was found."""

    goal: Goal
    found: Spread

    @property
    def deciding(self) -> float:
        """The figure that is held against what is wanted."""
        if not self.goal.every:
            return self.found.median
        return self.found.least if self.goal.at_least else self.found.most

    @property
    def met(self) -> bool:
        """Whether the goal is reached."""
        return self.deciding >= self.goal.wanted if self.goal.at_least else self.deciding <= self.goal.wanted

    @property
    def measured(self) -> str:
        """What was found; where the worst measurement decides, that too."""
        told = in_words(self.found)
        several = self.goal.every and self.found.count > 1
        return f"{told}, at worst {_number(self.deciding)}" if several else told

    def sentence(self) -> str:
        """The claim in one line."""
        sign = "at least" if self.goal.at_least else "at most"
        return (
            f"{self.goal.work}, against {self.goal.against}: {self.measured} "
            f"({self.goal.figure}; wanted: {sign} {self.goal.wanted:g}; {'met' if self.met else 'missed'})"
        )


def in_words(found: Spread) -> str:
    """The median, and the quartiles where there are several measurements."""
    told = _number(found.median)
    return told if found.count == 1 else f"{told} ({_number(found.low)} to {_number(found.high)})"


def _number(value: float) -> str:
    return "never" if math.isinf(value) else f"{value:.3g}"


def paired(ours: Iterable[float], theirs: Iterable[float]) -> list[float]:
    """Ratios round by round: what slows one round down slows both of its runs."""
    return [mine / other for mine, other in zip(ours, theirs, strict=True)]
