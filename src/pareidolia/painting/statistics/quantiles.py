"""`Quantiles`: statistics that compare sorted numbers along directions of feature space."""

from abc import abstractmethod
from dataclasses import dataclass, field
from functools import cached_property

import torch
from torch import Tensor

from pareidolia.networks.devices import double_device, in_double
from pareidolia.painting.statistics.positions import FeatureRows, PositionSet

_NOTHING = 1e-12


@dataclass(frozen=True)
class Sorted:
    """M positions' numbers along D directions, sorted along each.

    Attributes:
        values: M×D, rising.
        shares: M×D, how much each counts; None where each is 1/M of all.
    """

    values: Tensor
    shares: Tensor | None
    _seen: dict[int, tuple[Tensor, Tensor]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, values: Tensor, positions: FeatureRows) -> "Sorted":
        """Sort values M×D of positions."""
        ordered, order = values.sort(dim=0)
        return cls(ordered, None if positions.uniform else positions.shares[order])

    def beside(self, other: "Sorted") -> tuple[Tensor, Tensor]:
        """What another's M' positions are compared with.

        Args:
            other: the same directions of another picture.

        Returns:
            The mean of these values over the quantiles of each of the others, M'×D, and the variance within
            them that no value there can follow, summed, D. What goes with M' alone is found once.
        """
        if other.shares is not None:
            return self._averaged(other.ends)
        count = len(other.values)
        if count not in self._seen:
            self._seen[count] = self._repeated(count) or self._averaged(other.ends)
        return self._seen[count]

    def _repeated(self, count: int) -> tuple[Tensor, Tensor] | None:
        times, rest = divmod(count, len(self.values))
        if self.shares is not None or rest:
            return None
        return self.values.repeat_interleave(times, dim=0), self.values.new_zeros(())

    @cached_property
    def ends(self) -> Tensor:
        """The share of all up to each position, from 0 to 1, in float64: D×(M+1), or 1×(M+1) for all D."""
        if self.shares is None:
            device = double_device(self.values.device)
            return torch.linspace(0, 1, len(self.values) + 1, dtype=torch.float64, device=device)[None]
        return _running(in_double(self.shares.T))

    @torch.no_grad()
    def _averaged(self, ends: Tensor) -> tuple[Tensor, Tensor]:
        """Means and summed variance of the values between each two of `ends`, D×(M'+1) or 1×(M'+1)."""
        values = in_double(self.values.T)
        own = self.ends.diff(dim=1)
        bounds = self.ends[:, 1:].contiguous()
        wanted = ends.expand(max(len(ends), len(bounds)), -1).contiguous()
        index = torch.searchsorted(bounds.expand(len(wanted), -1).contiguous(), wanted)
        index = index.clamp(max=len(self.values) - 1).expand(len(values), -1)
        beyond = wanted - self.ends.expand(len(values), -1).gather(1, index)
        integral = _running(values * own).gather(1, index) + beyond * values.gather(1, index)
        widths = ends.diff(dim=1)
        means = integral.diff(dim=1) / widths.clamp(min=_NOTHING)
        rest = (own * values.square()).sum(1) - (widths * means.square()).sum(1)
        return means.T.to(self.values), rest.clamp(min=0).to(self.values)


@dataclass(frozen=True)
class Quantiles(PositionSet[Sorted]):
    """Squared differences of sorted numbers: squared Wasserstein distances of distributions on a line."""

    @staticmethod
    @abstractmethod
    def along_directions(rows: Tensor) -> Tensor:
        """The numbers that are compared, M×D, of features M×N."""

    def kept(self, positions: FeatureRows) -> Sorted:
        return Sorted.of(self.along_directions(positions.rows), positions)

    def between(self, ours: Sorted, theirs: Sorted) -> Tensor:
        """The mean over directions of ∫ (p(t) − q(t))² dt, where p and q are the quantiles."""
        wanted, rest = theirs.beside(ours)
        squares = (ours.values - wanted).square()
        apart = squares.mean(0) if ours.shares is None else (ours.shares * squares).sum(0)
        return (apart + rest).mean()


def _running(summands: Tensor) -> Tensor:
    """D×M running sums from zero, D×(M+1)."""
    return torch.cat([summands.new_zeros(len(summands), 1), summands.cumsum(1)], dim=1)
