"""The figure of `saliency-sheet`: a row a method, its map, that of random weights, and its scores."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from torch import Tensor

from pareidolia.inspection.attribution.summaries import CHANCE, Mean
from pareidolia.pictures import figure_picture, new_figure

if TYPE_CHECKING:
    from pareidolia.inspection.attribution.judging import Judged

_ARROWS = {"deletion": "↓", "insertion": "↑", "road": "↓", "likeness": "↓"}
_ROW, _PICTURE, _MEASURE = 1.7, 2.3, 1.6  # inches


def draw_judged(photo: Tensor, target: str, results: Sequence[Judged]) -> Tensor:
    """Draw the sheet.

    Args:
        photo: 1×C×H×W in [0, 1].
        target: what is explained, in words.
        results: of each method, and of chance, which is a dotted line with its interval.

    Returns:
        1×3×H×W in [0, 1].

    Raises:
        MissingExtra: If matplotlib is not installed.
    """
    methods = [each for each in results if each.method != CHANCE]
    chance = next(each for each in results if each.method == CHANCE)
    measures = list(chance.scores)
    figure = new_figure(3 * _PICTURE + len(measures) * _MEASURE, len(methods) * _ROW + 0.9)
    figure.set_layout_engine("constrained")
    widths = [_PICTURE] * 3 + [_MEASURE] * len(measures)
    grid = figure.add_gridspec(len(methods), len(widths), width_ratios=widths)
    _show(figure.add_subplot(grid[0, 0]), photo, target)
    for row, each in enumerate(methods):
        for column, found in ((1, each.picture), (2, each.random)):
            axes = figure.add_subplot(grid[row, column])
            assert found is not None
            _show(axes, found, ("", each.method, "random weights" if row == 0 else "")[column])
    for column, measure in enumerate(measures):
        axes = figure.add_subplot(grid[:, 3 + column])
        _draw_measure(axes, measure, [each.scores[measure] for each in methods], chance.scores[measure])
    return figure_picture(figure)


def _show(axes: Any, picture: Tensor, title: str) -> None:
    axes.imshow(picture[0].expand(3, -1, -1).permute(1, 2, 0).clamp(0, 1).numpy())
    axes.set_title(title, fontsize=9)
    axes.axis("off")


def _draw_measure(axes: Any, measure: str, means: Sequence[Mean], chance: Mean) -> None:
    for row, mean in enumerate(means):
        low, high = mean.interval or (mean.value, mean.value)
        axes.plot([low, high], [row, row], color="tab:blue", linewidth=2)
        axes.plot(mean.value, row, "o", color="tab:blue")
        axes.annotate(
            f"{mean.value:.2f}",
            (mean.value, row),
            (0, 7),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    axes.axvline(chance.value, linestyle=":", color="gray")
    if chance.interval:
        axes.axvspan(*chance.interval, color="gray", alpha=0.15, linewidth=0)
    axes.set_title(f"{measure} {_ARROWS.get(measure, '')}", fontsize=9)
    axes.set_xlabel("dotted: chance", fontsize=8)
    axes.set_ylim(len(means) - 0.5, -0.5)
    axes.set_yticks([])
    axes.margins(x=0.15)
    axes.tick_params(labelsize=7)
