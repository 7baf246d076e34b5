"""What a map shows by itself, or beside a mask: sparseness, complexity, the pointing game."""

import math

import torch
from torch import Tensor

from pareidolia.networks.devices import in_double

# What keeps an empty map from dividing by zero.
_EPSILON = 1e-7


def sparseness(attribution: Tensor) -> float:
    """Gini's coefficient of a map's magnitudes (Chalasani et al. 2020), in [0, 1]; 1 is a single pixel."""
    values = (in_double(attribution.abs()).flatten() + _EPSILON).sort().values
    places = torch.arange(1, len(values) + 1, dtype=torch.float64, device=values.device)
    total = ((2 * places - len(values) - 1) * values).sum()
    return float(total / (len(values) * values.sum()))


def complexity(attribution: Tensor, bins: int = 100) -> float:
    """The entropy in nats of a map's histogram (Hedström et al. 2024, eq. 5): 0 where all values are one."""
    counts = torch.histc(attribution.float().cpu(), bins).double()
    shares = counts[counts > 0] / counts.sum()
    return float(-(shares * shares.log()).sum()) if len(shares) > 1 else 0.0


def pointing_game(attribution: Tensor, mask: Tensor) -> float:
    """Whether the strongest pixel lies on the thing (Zhang et al. 2018): 1 or 0, NaN where there is no thing.

    Args:
        attribution: 1×1×H×W.
        mask: of as many pixels, true on the thing.

    Returns:
        The hit.
    """
    values, inside = attribution.flatten(), mask.flatten().bool()
    if not inside.any():
        return math.nan
    return float(inside[values == values.max()].any())
