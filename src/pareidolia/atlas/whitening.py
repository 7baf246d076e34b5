"""Whitening: the space in which directions that all activations share count no more than others."""

from collections.abc import Iterable

import numpy as np

from pareidolia.atlas.layout import ALL_ALIKE
from pareidolia.collecting.specs import Array
from pareidolia.settings import PareidoliaError

#: Of the mean eigenvalue, added to each: directions in which a layer hardly varies are not blown up. By eye:
#: with a hundredth icons are noise, with a third busy, without whitening they are all alike.
RIDGE = 1.0


def second_moment(pieces: Iterable[Array], layer: str) -> Array:
    """The uncentred second moment of activations, Σ h hᵀ / M.

    Args:
        pieces: the activations in pieces M_i×C.
        layer: their layer, for the error.

    Returns:
        C×C float64.

    Raises:
        PareidoliaError: If there are no activations or all are the same.
    """
    total: Array | None = None
    mean: Array | None = None
    count = 0
    for piece in pieces:
        wide = piece.astype(np.float64)
        count += len(wide)
        total = wide.T @ wide if total is None else total + wide.T @ wide
        mean = wide.sum(0) if mean is None else mean + wide.sum(0)
    if total is None or mean is None or count == 0:
        raise PareidoliaError(f"there are no activations of {layer}")
    moment = total / count
    variance = np.trace(moment) - np.square(mean / count).sum()
    if not variance > 1e-9 * np.trace(moment):
        raise PareidoliaError(ALL_ALIKE.format(f"every activation of {layer}"))
    return moment


def whitening(moment: Array, ridge: float = RIDGE) -> Array:
    """The inverse of the second moment, S, which takes a direction h to S h (Carter et al. 2019).

    Args:
        moment: C×C, from `second_moment`.
        ridge: share of the mean eigenvalue added to each, which keeps S finite if channels are dead or depend
            on each other; in the article's code it is 0.

    Returns:
        C×C float32.
    """
    channels = len(moment)
    inverse = np.linalg.inv(moment + ridge * np.trace(moment) / channels * np.eye(channels))
    return inverse.astype(np.float32)
