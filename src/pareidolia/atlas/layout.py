"""Laying activations out on a map of side 1: UMAP, t-SNE or PCA; a layer's map turned after another's."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from pareidolia.atlas.settings import LayoutSettings
from pareidolia.collecting.specs import Array
from pareidolia.settings import PareidoliaError
from pareidolia.settings.extras import require

#: Fewer activations than these do not make a map.
LEAST = 12
#: What is said of activations in which nothing differs.
ALL_ALIKE = "{} is the same: there is nothing to lay out; take another layer, or photos that differ"
#: How many of the activations that a layout was not fitted on are placed at once.
PIECE = 4096
# Below this share of the largest activation a difference is one of rounding, and t-SNE ends the process.
_ROUNDING = 1e-6
# Activations outside of this are scaled to 1: their squares leave single precision.
_SMALL, _LARGE = 1e-6, 1e6
# UMAP and t-SNE take seeds below this.
_SEEDS = 2**32


@dataclass(frozen=True)
class Fit:
    """A fitted layout.

    Attributes:
        places: of the F activations it was fitted on, F×2.
        place: places others, N×C → N×2.
    """

    places: Array
    place: Callable[[Array], Array]


def lay_out(
    pieces: Callable[[], Iterable[Array]],
    count: int,
    settings: LayoutSettings,
    seed: int,
    before: Array | None = None,
) -> Array:
    """Find a place (x, y) for each activation.

    Args:
        pieces: at each call gives the activations from the start, in pieces M_i×C; one piece is in memory at
            a time, beside the `settings.fit_on` that the layout is fitted on.
        count: the sum of all M_i, at least `LEAST`.
        settings: how they are laid out.
        seed: of the draw of those that the layout is fitted on, and of the layout.
        before: count×2, the places of the same points of the same photos on another layer's map: the new map
            starts from them, and is turned, mirrored and scaled to fit them best, so that a move between the
            two is small.

    Returns:
        The places, count×2 float32 in [0, 1].

    Raises:
        PareidoliaError: If there are too few activations, or all are alike, zeros for instance.
    """
    if count < LEAST:
        raise PareidoliaError(f"{count} activations are too few for a map: take at least {LEAST}")
    fitted = _sample(count, settings.fit_on, seed)
    sample = np.concatenate([piece[mask] for piece, mask in _masked(pieces(), fitted)])
    largest = float(np.abs(sample).max(initial=0))
    # What differs by less than is rounded away has no directions either.
    if not np.ptp(sample, axis=0).max(initial=0) > _ROUNDING * largest:
        raise PareidoliaError(ALL_ALIKE.format("every activation"))
    scale = 1 if _SMALL < largest < _LARGE else largest
    fit = _fit(sample / scale, settings, seed % _SEEDS, None if before is None else before[fitted])
    places = np.empty((count, 2))
    places[fitted] = fit.places
    if not fitted.all():
        rest = (piece[mask] / scale for piece, mask in _masked(pieces(), ~fitted))
        places[~fitted] = np.concatenate([fit.place(part) for piece in rest for part in _parts(piece)])
    if before is not None:
        places = aligned(places, before, fitted)
    return within_unit_square(places).astype(np.float32)


def aligned(places: Array, target: Array, on: Array) -> Array:
    """Turn, mirror, scale and move places so that they lie nearest to others.

    Orthogonal Procrustes (Schönemann, "A generalized solution of the orthogonal Procrustes problem", 1966)
    with one scale.

    Args:
        places: M×2.
        target: M×2, where they should lie.
        on: M bools, which of them count.

    Returns:
        M×2.
    """
    mine, theirs = places[on].mean(axis=0), target[on].mean(axis=0)
    left, strengths, right = np.linalg.svd((places[on] - mine).T @ (target[on] - theirs))
    scale = strengths.sum() / max(float(np.square(places[on] - mine).sum()), 1e-12)
    moved: Array = (places - mine) @ (left @ right) * scale + theirs
    return moved


def within_unit_square(places: Array) -> Array:
    """Scale and shift places to fill [0, 1] in both directions.

    What fills it is the 1st to 99th percentile along each axis, and a tenth more on either side; the rest is
    moved to the border (lucid's `normalize_layout`).
    """
    low, high = np.percentile(places, [1, 99], axis=0)
    margin = 0.1 * (high - low)
    low, high = low - margin, high + margin
    found: Array = np.clip((places - low) / np.maximum(high - low, 1e-12), 0, 1)
    return found


def place_by_neighbors(activations: Array, known: Array, places: Array, metric: str, count: int = 5) -> Array:
    """Place activations at the mean place of the nearest known ones, weighted by inverse distance.

    Args:
        activations: N×C.
        known: F×C.
        places: F×2, of the known ones.
        metric: "cosine" or "euclidean".
        count: how many neighbours.

    Returns:
        N×2.
    """
    from sklearn.neighbors import NearestNeighbors

    search = NearestNeighbors(n_neighbors=min(count, len(known)), metric=metric, algorithm="brute").fit(known)
    distances, nearest = search.kneighbors(activations)
    weights = 1 / (distances + 1e-6)
    found: Array = (places[nearest] * weights[..., None]).sum(1) / weights.sum(1, keepdims=True)
    return found


def _sample(count: int, most: int, seed: int) -> Array:
    chosen = np.zeros(count, bool)
    chosen[np.random.default_rng(seed).permutation(count)[:most]] = True
    return chosen


def _masked(pieces: Iterable[Array], mask: Array) -> Iterable[tuple[Array, Array]]:
    start = 0
    for piece in pieces:
        yield piece, mask[start : start + len(piece)]
        start += len(piece)


def _parts(piece: Array) -> Iterable[Array]:
    return (piece[start : start + PIECE] for start in range(0, len(piece), PIECE))


def _fit(sample: Array, settings: LayoutSettings, seed: int, start: Array | None) -> Fit:
    return {"umap": _umap, "tsne": _tsne, "pca": _pca}[settings.layout](sample, settings, seed, start)


def _umap(sample: Array, settings: LayoutSettings, seed: int, start: Array | None) -> Fit:
    umap = require("umap", extra="atlas")
    # With a seed UMAP works on one thread, and gives the same map again.
    reducer = umap.UMAP(
        n_neighbors=min(settings.neighbors, len(sample) - 1),
        min_dist=settings.min_dist,
        metric=settings.metric,
        init="spectral" if start is None else 10 * start,
        random_state=seed,
        transform_seed=seed,
        n_jobs=1,
    )
    places = reducer.fit_transform(sample)
    return Fit(places, reducer.transform)


def _tsne(sample: Array, settings: LayoutSettings, seed: int, start: Array | None) -> Fit:
    manifold = require("sklearn.manifold", extra="atlas")
    perplexity = min(settings.neighbors / 3, (len(sample) - 1) / 3)
    # t-SNE starts small (van der Maaten 2008); scikit-learn's own start has this deviation.
    init = "pca" if start is None else 1e-4 * (start - start.mean(0)) / start.std(0).max()
    reducer = manifold.TSNE(
        perplexity=perplexity, metric=settings.metric, init=init, random_state=seed, n_jobs=1
    )
    places = reducer.fit_transform(sample)
    return Fit(places, lambda rest: place_by_neighbors(rest, sample, places, settings.metric))


def _pca(sample: Array, settings: LayoutSettings, seed: int, start: Array | None) -> Fit:
    mean = sample.mean(axis=0)
    _, vectors = np.linalg.eigh(np.cov((sample - mean).T.astype(np.float64)))
    axes = vectors[:, :-3:-1]
    # Signs of eigenvectors are free: the largest entry is made positive, so that a map is the same again.
    axes = axes * np.sign(axes[np.abs(axes).argmax(0), range(2)])
    return Fit((sample - mean) @ axes, lambda rest: (rest - mean) @ axes)
