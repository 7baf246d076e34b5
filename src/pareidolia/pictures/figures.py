"""Figures with axes, drawn by matplotlib (the extra `plots`) and handed on as pictures."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from pareidolia.settings.extras import require

_DOTS_PER_INCH = 110


def new_figure(width: float, height: float) -> Any:
    """An empty matplotlib figure of `width` by `height` inches, bound to no window.

    Raises MissingExtra without matplotlib: call it, or `check_plots`, before long work.
    """
    check_plots()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=_DOTS_PER_INCH)


def check_plots() -> None:
    """Raise MissingExtra where figures cannot be drawn."""
    require("matplotlib.figure", extra="plots")


def figure_picture(figure: Any) -> Tensor:
    """What a matplotlib figure shows, as a picture 1×3×H×W in [0, 1]."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = torch.from_numpy(np.array(canvas.buffer_rgba())[..., :3])
    return pixels.permute(2, 0, 1)[None].contiguous().float().div_(255)
