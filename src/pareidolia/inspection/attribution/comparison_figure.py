"""The figure of `faithfulness`: deletion and insertion curves, and likeness after randomization."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from torch import Tensor

from pareidolia.inspection.attribution.summaries import CHANCE, Faithfulness, Mean
from pareidolia.pictures import figure_picture, new_figure

_LEGEND = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.17), "ncols": 2, "fontsize": 8, "frameon": False}


def draw_comparison(results: Sequence[Faithfulness]) -> Tensor:
    """Draw the mean curves of each method, and its likeness after randomization.

    Args:
        results: one for each method.

    Returns:
        1×3×H×W in [0, 1].

    Raises:
        MissingExtra: If matplotlib is not installed.
    """
    figure = new_figure(13, 5)
    figure.set_layout_engine("constrained")
    left, middle, right = figure.subplots(1, 3)
    _draw_curves(left, results, "deletion", "deleted")
    _draw_curves(middle, results, "insertion", "inserted")
    _draw_likeness(right, [result for result in results if result.method != CHANCE])
    return figure_picture(figure)


def _draw_curves(axes: Any, results: Sequence[Faithfulness], kind: str, done: str) -> None:
    for result in results:
        curve = getattr(result, f"{kind}_curve")
        area = getattr(result, kind).value
        style = ":" if result.method == CHANCE else "-"
        axes.plot(curve.shares, curve.values, style, label=f"{result.method} {area:.3f}")
    axes.set(title=kind, xlabel=f"share of pixels {done}", ylabel="confidence", xlim=(0, 1))
    axes.legend(**_LEGEND)


def _draw_likeness(axes: Any, methods: Sequence[Faithfulness]) -> None:
    rows = np.arange(len(methods))
    for shift, kind in ((0.2, "last_layer"), (-0.2, "upper_half")):
        means = [getattr(result, kind) for result in methods]
        values = [mean.value for mean in means]
        label = f"{kind.replace('_', ' ')} randomized"
        axes.barh(rows + shift, values, 0.38, label=label, xerr=_whiskers(means))
    axes.set(title="likeness after randomization", xlabel="Spearman's ρ (near 0 is good)", xlim=(-0.3, 1))
    axes.set_yticks(rows, [result.method for result in methods])
    axes.invert_yaxis()
    axes.legend(**_LEGEND)


def _whiskers(means: Sequence[Mean]) -> Any:
    spans = [mean.interval or (mean.value, mean.value) for mean in means]
    low, high = np.array(spans).T
    center = np.array([mean.value for mean in means])
    return np.maximum(np.stack([center - low, high - center]), 0.0)
