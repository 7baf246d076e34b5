"""Distances between the pictures a model makes and real ones, in a network's features.

All in double precision: the square root of a product of covariances loses half of its digits.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.generative.measuring.estimates import Estimate, mean_of
from pareidolia.networks.devices import in_double

_RESAMPLES = 10
_BLOCKS = 10


@dataclass(frozen=True)
class Moments:
    """Mean D and covariance D×D of features, double."""

    mean: Tensor
    covariance: Tensor

    @classmethod
    def of(cls, features: Tensor) -> "Moments":
        """Of features N×D, N at least 2."""
        features = in_double(features)
        return cls(features.mean(0), features.T.cov())


def frechet_distance(one: Moments, other: Moments) -> float:
    """|μ₁ − μ₂|² + tr(C₁ + C₂ − 2 (C₁ C₂)^½), the Fréchet distance of two Gaussians.

    Heusel et al. 2017, equation 6: FID. The trace of the root is the sum of the roots of the eigenvalues of
    C₁^½ C₂ C₁^½, which is symmetric: no general matrix root, no complex numbers.
    """
    values, vectors = torch.linalg.eigh(one.covariance)
    root = (vectors * values.clamp(min=0).sqrt()) @ vectors.T
    shared = torch.linalg.eigvalsh(root @ other.covariance @ root).clamp(min=0).sqrt().sum()
    apart = (one.mean - other.mean).square().sum()
    return float((apart + one.covariance.trace() + other.covariance.trace() - 2 * shared).clamp(min=0))


def frechet(real: Tensor, made: Tensor, generator: torch.Generator) -> Estimate:
    """The Fréchet distance of features; its error by the bootstrap over both.

    Grows as either N or M shrinks (it is biased), so compare only figures of equal N and M.

    Args:
        real: N×D.
        made: M×D.
        generator: of the bootstrap.

    Returns:
        The distance.
    """
    value = frechet_distance(Moments.of(real), Moments.of(made))
    drawn = [
        frechet_distance(Moments.of(_resampled(real, generator)), Moments.of(_resampled(made, generator)))
        for _ in range(_RESAMPLES)
    ]
    return Estimate(value, float(torch.tensor(drawn).std()), min(len(real), len(made)))


def kernel_distance(real: Tensor, made: Tensor) -> float:
    """Squared maximum mean discrepancy under (x·y/D + 1)³, unbiased, so it may fall below 0.

    Bińkowski et al. 2018, section 4: KID.

    Args:
        real: N×D, N at least 2.
        made: M×D, M at least 2.

    Returns:
        The distance.
    """
    real, made = in_double(real), in_double(made)
    inner = (_kernel(each, each) for each in (real, made))
    within = sum((k.sum() - k.trace()) / (len(k) * (len(k) - 1)) for k in inner)
    return float(within - 2 * _kernel(real, made).mean())


def kernel(real: Tensor, made: Tensor) -> Estimate:
    """KID of features N×D and M×D, both at least 4: `kernel_distance` of all.

    Its error comes from ten disjoint blocks of both (fewer of fewer than 20), each of which gives an unbiased
    estimate too. It is rather too large: larger blocks vary less than their number suggests.
    """
    fewest = min(len(real), len(made))
    count = min(_BLOCKS, fewest // 2)
    blocks = [kernel_distance(real[start::count], made[start::count]) for start in range(count)]
    error = float(torch.tensor(blocks).double().std() / math.sqrt(count))
    return Estimate(kernel_distance(real, made), error, fewest)


@torch.no_grad()
def precision_and_recall(real: Tensor, made: Tensor, neighbors: int = 3) -> tuple[Estimate, Estimate]:
    """Shares of made pictures within the real ones' manifold, and of real ones within the made ones'.

    A manifold is the balls around its pictures that reach to their k-th nearest neighbour within the set
    (Kynkäänniemi et al. 2019, equation 2).

    Args:
        real: N×D.
        made: M×D.
        neighbors: k; less than N and M.

    Returns:
        Precision and recall.
    """
    return _within(made, real, neighbors), _within(real, made, neighbors)


def _within(points: Tensor, manifold: Tensor, neighbors: int) -> Estimate:
    points, manifold = in_double(points), in_double(manifold)
    # A picture is its own nearest, hence + 1.
    radii = torch.cat(
        [torch.cdist(part, manifold).kthvalue(neighbors + 1).values for part in torch.split(manifold, 500)]
    )
    inside = [(torch.cdist(part, manifold) <= radii).any(1) for part in torch.split(points, 500)]
    return mean_of(torch.cat(inside))


def _kernel(one: Tensor, other: Tensor) -> Tensor:
    return (one @ other.T / one.shape[1] + 1) ** 3


def _resampled(features: Tensor, generator: torch.Generator) -> Tensor:
    chosen = torch.randint(len(features), (len(features),), generator=generator)
    return features[chosen.to(features.device)]
