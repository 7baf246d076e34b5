"""`StyleStatistic`: what is kept of a layer's maps, by name, so that styles can be compared."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self, TypeVar

import torch
from torch import Tensor

from pareidolia.settings import PareidoliaError
from pareidolia.settings.registry import Registry

#: The least sum of positions' weights: a mask may leave nothing of itself on a small canvas.
_NO_POSITION = 1e-6


class StyleStatistic(ABC):
    """What a style loss compares: something of B pictures' maps at one layer, wherever on the maps it is.

    Attributes:
        adds_over_positions: whether it is made of sums over positions, so that a picture can be painted in
            tiles; then it has a `slope`.
        beside_gram: what its distance, over that of an empty map, is multiplied by, so that one weight of
            style suits all statistics: squares fall to a hundredth where distances fall to a third.
        smooth: whether its slope changes steadily, which L-BFGS needs; without, Adam paints.
        least_positions: how many positions a map needs so that the statistic says something of it.
    """

    adds_over_positions: ClassVar[bool] = False
    beside_gram: ClassVar[float] = 1.0
    smooth: ClassVar[bool] = True
    least_positions: ClassVar[int] = 1

    @classmethod
    @abstractmethod
    def of(cls, maps: Tensor, mask: Tensor | None = None) -> Self:
        """The statistic of maps.

        Args:
            maps: B×N×H×W activations of a layer.
            mask: 1×1×H×W, not negative: how much each position counts. None counts all alike.

        Returns:
            The statistic, of B pictures.
        """

    @abstractmethod
    def __add__(self, other: Self) -> Self:
        """The statistic of the positions of both, such as those of two tiles of one picture."""

    @classmethod
    @abstractmethod
    def mean(cls, statistics: Sequence[Self], weights: Sequence[float] | Tensor) -> Self:
        """The blend of K pictures' statistics.

        Args:
            statistics: K, each of one picture.
            weights: K numbers for one blend, or B×K for one blend a row.

        Returns:
            The blend.
        """

    @abstractmethod
    def empty(self) -> Self:
        """The statistic of maps of zeros, with as many channels as these have."""

    @abstractmethod
    def distance(self, target: Self) -> Tensor:
        """How far each of B pictures is from its target, or from the only one: B, not negative."""

    def slope(self, target: Self) -> Callable[[Self], Tensor]:
        """How the distance grows with a part of the picture.

        Args:
            target: as for `distance`.

        Returns:
            A function of the statistic of a part, such as a tile: a scalar with the gradient that the whole's
                `distance`, summed over B, has in that part.

        Raises:
            PareidoliaError: If the statistic does not add over positions.
        """
        raise PareidoliaError(f"{type(self).__name__} does not add over positions")


Statistic = TypeVar("Statistic", bound=type[StyleStatistic])

STYLE_STATISTICS: Registry[type[StyleStatistic]] = Registry(
    "style statistic",
    tuple(
        f"pareidolia.painting.statistics.{module}"
        for module in ("gram", "mean_std", "w2", "sliced", "histogram", "neighbors", "transport")
    ),
)


def style_statistic(name: str) -> Callable[[Statistic], Statistic]:
    """Register the class below under a name, which `--match NAME` then takes."""

    def keep(statistic: Statistic) -> Statistic:
        STYLE_STATISTICS.add(name, statistic, statistic.__module__)
        return statistic

    return keep


@dataclass(frozen=True)
class PositionSums(StyleStatistic):
    """A statistic that is a mean over positions: a subclass gives what is summed, and the distance of means.

    Attributes:
        adds_over_positions: it does.
        sums: B×…, sums over positions.
        positions: how many; where positions are weighted, the sum of their weights.
    """

    adds_over_positions: ClassVar[bool] = True

    sums: Tensor
    positions: float

    @staticmethod
    @abstractmethod
    def summed(rows: Tensor, weighted: Tensor) -> Tensor:
        """The sums of B pictures over their M positions, B×….

        Args:
            rows: B×M×N, the activations at each position.
            weighted: the same times the weights of the positions; each summand has one factor of these.

        Returns:
            B×….
        """

    @classmethod
    def of(cls, maps: Tensor, mask: Tensor | None = None) -> Self:
        rows = by_position(maps)
        if mask is None:
            return cls(cls.summed(rows, rows), rows.shape[1])
        weights = mask.flatten(2).transpose(1, 2)
        return cls(cls.summed(rows, rows * weights), float(weights.sum()))

    def __add__(self, other: Self) -> Self:
        return type(self)(self.sums + other.sums, self.positions + other.positions)

    @classmethod
    def mean(cls, statistics: Sequence[Self], weights: Sequence[float] | Tensor) -> Self:
        shares = torch.as_tensor(weights).reshape(-1, len(statistics)).to(statistics[0].sums)
        parts = [
            share.view(-1, *[1] * (one.sums.dim() - 1)) * one.means
            for share, one in zip(shares.unbind(1), statistics, strict=True)
        ]
        return cls(sum(parts[1:], start=parts[0]), 1.0)

    def slope(self, target: Self) -> Callable[[Self], Tensor]:
        sums = self.sums.detach().requires_grad_(True)
        with torch.enable_grad():
            distance = type(self)(sums, self.positions).distance(target).sum()
        (gradient,) = torch.autograd.grad(distance, sums)
        return lambda part: (gradient * part.sums).sum()

    def empty(self) -> Self:
        return type(self)(torch.zeros_like(self.sums), 1.0)

    @property
    def means(self) -> Tensor:
        """The sums of one position on average, B×…: pictures of any size compare."""
        return self.sums / max(self.positions, _NO_POSITION)


def by_position(maps: Tensor) -> Tensor:
    """B×N×H×W activations as B×M×N, without a copy in either layout of memory."""
    if maps.is_contiguous():
        return maps.flatten(2).transpose(1, 2)
    return maps.permute(0, 2, 3, 1).flatten(1, 2)
