"""Disturbing the picture: infidelity, max-sensitivity, completeness."""

from collections.abc import Callable

import torch
from torch import Tensor

from pareidolia.inspection.attribution.batching import batches, fitting
from pareidolia.inspection.targets import Target
from pareidolia.networks import Network, preserve_state
from pareidolia.networks.devices import in_double
from pareidolia.randomness import seeded_generator


def infidelity(
    network: Network, picture: Tensor, target: Target, attribution: Tensor, disturbed: Tensor
) -> float:
    """E over x̃ of (Σ (x − x̃) ⊙ Φ − (S(x) − S(x̃)))² (Yeh et al. 2019, definition 2.1); low is good.

    Args:
        network: the network.
        picture: x, 1×C×H×W in [0, 1].
        target: S.
        attribution: Φ, 1×C×H×W or 1×1×H×W, per unit of pixel value: a gradient or a multiplier, not a
            contribution.
        disturbed: x̃, N×C×H×W; `blocks_covered` makes some.

    Returns:
        The mean.
    """
    falls = _scores(network, picture, target) - _scores(network, disturbed, target)
    told = ((picture - disturbed) * attribution).sum(dim=(1, 2, 3)).cpu()
    return float((told.double() - falls.double()).square().mean())


def blocks_covered(picture: Tensor, side: int, fill: float = 0.0) -> Tensor:
    """Copies of a picture 1×C×H×W, one for each square block of it, with that block filled; N×C×H×W."""
    height, width = picture.shape[-2:]
    copies = []
    for top in range(0, height, side):
        for left in range(0, width, side):
            copy = picture[0].clone()
            copy[:, top : top + side, left : left + side] = fill
            copies.append(copy)
    return torch.stack(copies)


def max_sensitivity(
    attribution: Callable[[Tensor], Tensor],
    picture: Tensor,
    *,
    radius: float = 0.02,
    samples: int = 10,
    seed: int = 0,
) -> float:
    """max over δ of ‖Φ(x + δ) − Φ(x)‖ / ‖Φ(x)‖ (Yeh et al. 2019, definition 3.1); low is good.

    Args:
        attribution: maps pictures N×C×H×W to maps; all disturbed copies are explained in batches.
        picture: x, 1×C×H×W in [0, 1].
        radius: δ is uniform in [−radius, radius]; copies stay within [0, 1].
        samples: how many δ.
        seed: of the δ.

    Returns:
        The maximum.
    """
    grain = torch.rand(samples, *picture.shape[1:], generator=seeded_generator(seed)).to(picture)
    return sensitivity(attribution, picture, (picture + radius * (2 * grain - 1)).clamp(0, 1))


def sensitivity(attribution: Callable[[Tensor], Tensor], picture: Tensor, disturbed: Tensor) -> float:
    """max over certain copies N×C×H×W of ‖Φ(x̃) − Φ(x)‖ / ‖Φ(x)‖; see `max_sensitivity`."""
    original = attribution(picture)
    parts = [attribution(disturbed[some]) for some in batches(len(disturbed), fitting(picture))]
    moved = (torch.cat(parts) - original).flatten(1).norm(dim=1)
    return float(moved.max() / original.norm().clamp(min=1e-12))


def completeness(
    network: Network, picture: Tensor, target: Target, attribution: Tensor, baseline: float = 0.0
) -> float:
    """|Σ Φ − (S(x) − S(x′))| / |S(x) − S(x′)| (Sundararajan et al. 2017, proposition 1); 0 is complete.

    Args:
        network: the network.
        picture: x, 1×C×H×W in [0, 1].
        target: S.
        attribution: Φ, contributions, of any shape.
        baseline: x′, one value.

    Returns:
        What is missing, as a share of the difference.
    """
    both = torch.cat([picture, torch.full_like(picture, baseline)])
    here, there = _scores(network, both, target).double()
    rise = here - there
    return float((in_double(attribution).sum().cpu() - rise).abs() / rise.abs().clamp(min=1e-12))


def _scores(network: Network, pictures: Tensor, target: Target) -> Tensor:
    with preserve_state(network.module), torch.no_grad():
        parts = batches(len(pictures), fitting(pictures[0]))
        return torch.cat([target(network, pictures[some]).float().cpu() for some in parts])
