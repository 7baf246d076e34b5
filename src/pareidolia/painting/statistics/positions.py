"""`PositionSet`: statistics that compare the features of positions one by one, as what has no sums must."""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Generic, Self, TypeVar

import torch
from torch import Tensor

from pareidolia.painting.statistics.statistic import StyleStatistic, by_position
from pareidolia.randomness import seeded_generator

_NOTHING = 1e-12

Kept = TypeVar("Kept")
"""What a statistic makes of one picture's positions before it compares pictures."""


@dataclass(frozen=True)
class FeatureRows:
    """The features of one picture's positions, or of several pictures' together.

    Attributes:
        rows: M×N.
        shares: M, how much each counts; they add up to 1, or are 0 where nothing counts.
        parts: how many of them are each picture's, in their order; they add up to M.
    """

    rows: Tensor
    shares: Tensor
    parts: tuple[int, ...]

    @cached_property
    def uniform(self) -> bool:
        """Whether all count alike."""
        return bool((self.shares == self.shares[:1]).all())

    @cached_property
    def mean(self) -> Tensor:
        """The mean feature, N."""
        return self.shares @ self.rows

    @cached_property
    def covariance(self) -> Tensor:
        """The features' covariance, N×N."""
        centered = self.rows - self.mean
        return (centered * self.shares[:, None]).T @ centered

    @cached_property
    def pictures(self) -> list[tuple[float, "FeatureRows"]]:
        """Each picture's share, and its positions alone."""
        parts = zip(
            torch.split(self.rows, list(self.parts)), torch.split(self.shares, list(self.parts)), strict=True
        )
        return [
            (float(shares.sum()), FeatureRows(rows, _as_shares(shares), (len(rows),)))
            for rows, shares in parts
            if len(rows)
        ]

    def sample(self, count: int) -> "FeatureRows":
        """At most so many of the positions, drawn without a pattern; the same ones each time."""
        if len(self.rows) <= count:
            return self
        drawn = torch.randperm(len(self.rows), generator=seeded_generator(0))[:count].sort().values
        drawn = drawn.to(self.rows.device)
        return FeatureRows(self.rows[drawn], _as_shares(self.shares[drawn]), (count,))


@dataclass(frozen=True)
class PositionSet(StyleStatistic, Generic[Kept]):
    """A statistic that keeps the features of all positions: a subclass gives the distance of two pictures.

    A blend of pictures is the set of all their positions, each counted by its picture's weight. As the sets
    grow with the picture, it cannot be painted in tiles.

    Attributes:
        least_positions: of one there is no other to compare with.
        rows: B×M×N, or 1×M×N where the B pictures share them.
        weights: B×M or 1×M, how much each position counts.
        parts: how many of the M are each picture's where several are blended.
    """

    least_positions: ClassVar[int] = 2

    rows: Tensor
    weights: Tensor
    parts: tuple[int, ...]

    @abstractmethod
    def kept(self, positions: FeatureRows) -> Kept:
        """What is compared of one picture; of a target it is made once."""

    @abstractmethod
    def between(self, ours: Kept, theirs: Kept) -> Tensor:
        """The distance of a picture from its target, a scalar."""

    @classmethod
    def of(cls, maps: Tensor, mask: Tensor | None = None) -> Self:
        rows = by_position(maps)
        weights = rows.new_ones(1, rows.shape[1])
        if mask is not None:
            weights = mask.flatten(1).to(rows)
        return cls(rows, weights, (rows.shape[1],))

    def __add__(self, other: Self) -> Self:
        rows = torch.cat([self.rows, other.rows], dim=1)
        return type(self)(rows, torch.cat([self.weights, other.weights], dim=1), (rows.shape[1],))

    @classmethod
    def mean(cls, statistics: Sequence[Self], weights: Sequence[float] | Tensor) -> Self:
        rows = torch.cat([one.rows for one in statistics], dim=1)
        shares = torch.as_tensor(weights).reshape(-1, len(statistics)).to(rows)
        pairs = zip(shares.T, statistics, strict=True)
        counted = [share[:, None] * _as_shares(one.weights) for share, one in pairs]
        return cls(rows, torch.cat(counted, dim=1), tuple(one.rows.shape[1] for one in statistics))

    def empty(self) -> Self:
        return type(self)(torch.zeros_like(self.rows[:1, :1]), torch.ones_like(self.weights[:1, :1]), (1,))

    @cached_property
    def pictures(self) -> list[Kept]:
        """What is compared of each of the B pictures."""
        count = max(len(self.rows), len(self.weights))
        return [self.kept(self._positions(index)) for index in range(count)]

    def _positions(self, index: int) -> FeatureRows:
        """One picture's positions that count; all of them, by nothing, where none does."""
        rows, shares = self.rows[index % len(self.rows)], _as_shares(self.weights)[index % len(self.weights)]
        counts = shares > 0
        if bool(counts.all()) or not bool(counts.any()):
            return FeatureRows(rows, shares, self.parts)
        parts = tuple(int(part.sum()) for part in torch.split(counts, list(self.parts)))
        return FeatureRows(rows[counts], shares[counts], parts)

    def distance(self, target: Self) -> Tensor:
        ours, theirs = self.pictures, target.pictures
        count = max(len(ours), len(theirs))
        pairs = ((ours[index % len(ours)], theirs[index % len(theirs)]) for index in range(count))
        # Where a mask leaves nothing of itself on a small canvas there is nothing to compare.
        counts = self.weights.sum(1) > 0
        return torch.stack([self.between(*pair) for pair in pairs]) * counts


def _as_shares(weights: Tensor) -> Tensor:
    """Weights as shares of the sum of their last dimension; zeros where that is zero."""
    return weights / weights.sum(-1, keepdim=True).clamp(min=_NOTHING)
