"""Which statistics are compared, as people write it: one, or several with weights, `gram histogram:0.2`."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Self

import torch
from torch import Tensor

from pareidolia.painting.statistics.statistic import STYLE_STATISTICS, StyleStatistic
from pareidolia.settings import PareidoliaError


def statistic_for(match: Sequence[str]) -> type[StyleStatistic]:
    """The statistic that a list of names and weights means.

    Args:
        match: names of registered statistics, each alone or as `NAME:WEIGHT`; weights count relative to each
            other, and one that is not given is 1.

    Returns:
        The registered one; of several, one that compares each of them.

    Raises:
        UnknownName: If there is no such statistic.
        PareidoliaError: If a weight is not a number above 0, or a name comes twice.
    """
    read = [_read(text) for text in match]
    weights = dict(read)
    if not read:
        raise PareidoliaError("--match names at least one statistic")
    if len(weights) < len(read):
        raise PareidoliaError(f"--match {' '.join(match)} names a statistic twice: give each once")
    found = {STYLE_STATISTICS[name]: weight for name, weight in read}
    if len(found) == 1:
        return next(iter(found))
    classes = tuple(found)
    return type(
        "Several",
        (Several,),
        {
            "classes": classes,
            "shares": tuple(weight / sum(found.values()) for weight in found.values()),
            "beside_gram": sum(each.beside_gram * weight for each, weight in found.items())
            / sum(found.values()),
            "smooth": all(each.smooth for each in classes),
            "adds_over_positions": all(each.adds_over_positions for each in classes),
            "least_positions": max(each.least_positions for each in classes),
        },
    )


def _read(text: str) -> tuple[str, float]:
    name, colon, written = text.partition(":")
    if not colon:
        return name, 1.0
    try:
        weight = float(written)
    except ValueError:
        weight = math.nan
    if not 0 < weight < math.inf:
        raise PareidoliaError(f"--match {text}: the weight of {name} is a number above 0, as in {name}:0.5")
    return name, weight


@dataclass(frozen=True)
class Several(StyleStatistic):
    """Several statistics of the same maps; `statistic_for` makes the class of certain ones.

    Each distance is divided by that of an empty map and multiplied by what suits the statistic, so that
    weights compare, whatever the units are.

    Attributes:
        classes: the statistics.
        shares: how much each counts; they add up to 1.
        parts: one of each class.
    """

    classes: ClassVar[tuple[type[StyleStatistic], ...]]
    shares: ClassVar[tuple[float, ...]]

    parts: tuple[StyleStatistic, ...]

    @classmethod
    def of(cls, maps: Tensor, mask: Tensor | None = None) -> Self:
        return cls(tuple(each.of(maps, mask) for each in cls.classes))

    def __add__(self, other: Self) -> Self:
        return type(self)(tuple(one + two for one, two in zip(self.parts, other.parts, strict=True)))

    @classmethod
    def mean(cls, statistics: Sequence[Self], weights: Sequence[float] | Tensor) -> Self:
        columns = zip(*(each.parts for each in statistics), strict=True)
        blends = zip(cls.classes, columns, strict=True)
        return cls(tuple(each.mean(column, weights) for each, column in blends))

    def empty(self) -> Self:
        return type(self)(tuple(part.empty() for part in self.parts))

    @cached_property
    def units(self) -> tuple[Tensor, ...]:
        """What each distance is divided by where this is the target, B or 1."""
        return tuple(
            part.empty().distance(part).detach().clamp(min=1e-12) / part.beside_gram for part in self.parts
        )

    def slope(self, target: Self) -> Callable[[Self], Tensor]:
        slopes = [
            (share / unit, ours.slope(theirs))
            for share, ours, theirs, unit in zip(
                self.shares, self.parts, target.parts, target.units, strict=True
            )
        ]

        def grown(part: Self) -> Tensor:
            each = zip(slopes, part.parts, strict=True)
            return torch.stack([(weight * slope(one)).sum() for (weight, slope), one in each]).sum()

        return grown

    def distance(self, target: Self) -> Tensor:
        """Σ_k share_k c_k d_k / d_k(empty map), B, with c_k of `StyleStatistic.beside_gram`."""
        each = zip(self.shares, self.parts, target.parts, target.units, strict=True)
        return torch.stack([share * ours.distance(theirs) / unit for share, ours, theirs, unit in each]).sum(
            0
        )
