"""How good a dictionary is."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from pareidolia.networks.concepts import Concepts
from pareidolia.networks.devices import in_double
from pareidolia.settings.extras import require

_AT_ONCE = 16_384


def codes_of(concepts: Concepts, activations: Tensor) -> Tensor:
    """The codes M×K of activations M×C, some at a time."""
    module = concepts.module()
    with torch.no_grad():
        return torch.cat([module(part) for part in torch.split(activations, _AT_ONCE)])


def figures_of(concepts: Concepts, activations: Tensor) -> dict[str, float]:
    """How well and how sparsely concepts say what activations are.

    Args:
        concepts: the concepts.
        activations: M×C.

    Returns:
        `r2`, the share of the variance that is explained; `l0`, codes that are not 0 at a place; `dead`, the
            share of concepts that no activation uses.
    """
    codes = codes_of(concepts, activations)
    left = in_double(activations - concepts.decode(codes)).square().sum()
    whole = in_double(activations - activations.mean(dim=0)).square().sum()
    used = codes > 0
    return {
        "r2": float(1 - left / whole.clamp(min=1e-300)),
        "l0": float(used.float().sum(dim=1).mean()),
        "dead": float((~used.any(dim=0)).float().mean()),
    }


def stability(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How alike two dictionaries are: the mean cosine of their directions, matched so that it is largest.

    Args:
        one: K×C.
        other: K×C.

    Returns:
        1 for the same directions in any order (Fel et al., "Archetypal SAE", 2025, equation 3).
    """
    optimize = require("scipy.optimize", extra="samples")
    cosines = _normalized(one) @ _normalized(other).T
    rows, columns = optimize.linear_sum_assignment(-cosines)
    return float(cosines[rows, columns].mean())


def _normalized(directions: NDArray[np.float32]) -> NDArray[np.float64]:
    lengths = np.linalg.norm(directions.astype(np.float64), axis=1, keepdims=True)
    found: NDArray[np.float64] = directions / np.where(lengths > 0, lengths, 1)
    return found
