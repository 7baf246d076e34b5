"""Concepts as factors: activations that are not negative, as sums of directions that are not either."""

import warnings

import numpy as np

from pareidolia.collecting.specs import Array
from pareidolia.settings import PareidoliaError
from pareidolia.settings.extras import require


def factorize(activations: Array, count: int, iterations: int, seed: int) -> Array:
    """The dictionary of a non-negative matrix factorisation, A ≈ U W (Lee and Seung 1999; CRAFT, Fel 2023).

    Args:
        activations: A, M×C, none negative.
        count: K.
        iterations: of coordinate descent, at most.
        seed: of the first dictionary, where there are too few activations or channels for singular vectors.

    Returns:
        W, K×C.

    Raises:
        PareidoliaError: an activation is negative.
        MissingExtra: scikit-learn is not installed.
    """
    if activations.min() < 0:
        raise PareidoliaError(
            "nmf needs activations that are not negative, and this layer has others: name a rectifier with "
            "--layer, or take --method top-k"
        )
    decomposition = require("sklearn.decomposition", extra="samples")
    start = "nndsvda" if count <= min(activations.shape) else "random"
    model = decomposition.NMF(count, init=start, max_iter=iterations, tol=1e-4, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that it may not have settled: its figures are in the report
        model.fit(activations)
    found: Array = model.components_.astype(np.float32)
    return found
