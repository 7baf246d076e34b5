"""Orientations as colours, and all units of a layer in one map."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pareidolia.inspection.tuning.findings import Tuning
from pareidolia.pictures import from_oklch

# At this lightness every hue can be shown with this chroma.
_LIGHTNESS, _CHROMA = 0.74, 0.125
# Columns to rows of the map.
_PROPORTION = 2.8
# More cells than these have no room for a number.
_NUMBERED = 128


def orientation_colors(orientation: Tensor, selectivity: Tensor) -> Tensor:
    """Hue for orientation (degrees; 180 is 0 again), saturation for selectivity in [0, 1]; H×W to 1×3×H×W.

    All have one lightness; no selectivity is grey.
    """
    hue = torch.deg2rad(2 * orientation.double())[None, None]
    chroma = _CHROMA * selectivity.double().clamp(0, 1)[None, None]
    return from_oklch(torch.full_like(hue, _LIGHTNESS), chroma, hue).float()


def draw_map(axes: Any, units: Sequence[Tuning], saturated: float) -> None:
    """All units as coloured cells in the order of their channels, row by row; × marks those without response.

    A line in each cell has the orientation itself.

    Args:
        axes: matplotlib's.
        units: of a layer.
        saturated: the selectivity that is shown in full colour.
    """
    columns = ceil(sqrt(_PROPORTION * len(units)))
    rows = ceil(len(units) / columns)
    cells = torch.full((2, rows * columns), float("nan"), dtype=torch.float64)
    for place, unit in enumerate(units):
        if unit.responds:
            cells[:, place] = torch.tensor([unit.orientation.peak, unit.selectivity / saturated])
    empty = cells[0].isnan().reshape(rows, columns)
    orientation, selectivity = cells.nan_to_num().reshape(2, rows, columns)
    colors = torch.where(empty, 1.0, orientation_colors(orientation, selectivity)[0])
    axes.imshow(colors.permute(1, 2, 0).numpy(), interpolation="nearest", aspect="equal")
    numbered = len(units) <= _NUMBERED
    for place, unit in enumerate(units):
        row, column = divmod(place, columns)
        if numbered:
            axes.text(column - 0.44, row - 0.34, str(unit.unit), fontsize=6, va="center", color="0.25")
        if unit.responds:
            _stroke(axes, column, row, unit)
        else:
            axes.plot(column, row + 0.12, marker="x", markersize=3.5, color="0.6", markeredgewidth=0.8)
    axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=1)
    axes.tick_params(which="both", length=0, labelbottom=False, labelleft=False)
    axes.spines[:].set_visible(False)


def draw_key(axes: Any, saturated: float) -> None:
    """The colours' key: the angle is the orientation, the radius the selectivity."""
    side = 301
    y, x = torch.meshgrid(torch.linspace(1, -1, side), torch.linspace(-1, 1, side), indexing="ij")
    radius = torch.hypot(x, y)
    colors = orientation_colors(torch.rad2deg(torch.atan2(y, x)) % 180, radius)[0]
    colors = torch.where(radius > 1, 1.0, colors)
    axes.imshow(colors.permute(1, 2, 0).numpy(), extent=(-1, 1, -1, 1), interpolation="bilinear")
    for degrees in (0, 45, 90, 135):
        angle = np.deg2rad(degrees)
        across, up = np.cos(angle), np.sin(angle)
        axes.plot([0.55 * across, 0.95 * across], [0.55 * up, 0.95 * up], color="0.15", linewidth=1.6)
        axes.text(1.22 * across, 1.22 * up, f"{degrees}°", ha="center", va="center", fontsize=8)
    axes.set_xlim(-1.5, 1.5)
    axes.set_ylim(-1.4, 1.4)
    axes.text(0, -1.36, f"rim: selectivity {saturated:.2g}", ha="center", va="top", fontsize=8)
    axes.axis("off")


def full_color(units: Sequence[Tuning]) -> float:
    """The selectivity shown in full colour: the largest of the layer, at least 0.1, rounded up to tenths."""
    largest = max((unit.selectivity for unit in units), default=0.0)
    return min(1.0, max(0.1, ceil(10 * largest) / 10))


def _stroke(axes: Any, column: int, row: int, unit: Tuning) -> None:
    angle = np.deg2rad(unit.orientation.peak)
    across, up = 0.27 * np.cos(angle), -0.27 * np.sin(angle)
    axes.plot(
        [column - across, column + across],
        [row + 0.12 - up, row + 0.12 + up],
        color="0.15",
        linewidth=1.1,
        alpha=max(0.15, min(1.0, 2 * unit.selectivity)),
        solid_capstyle="round",
    )
