"""Figures with axes, drawn by matplotlib (the extra `plots`) and returned as pictures."""

from typing import Any

import numpy as np
import torch
from torch import Tensor

from pareidolia.pictures.fonts import font_with
from pareidolia.pictures.text import readable
from pareidolia.settings.extras import require

_DOTS_PER_INCH = 110


def new_figure(width: float, height: float) -> Any:
    """An empty matplotlib figure, without a window. Call it, or `check_plots`, before long work.

    Args:
        width: in inches.
        height: in inches.

    Returns:
        The figure.

    Raises:
        MissingExtra: If matplotlib is not installed.
    """
    check_plots()
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=_DOTS_PER_INCH)


def check_plots() -> None:
    """Check that figures can be drawn.

    Raises:
        MissingExtra: If matplotlib is not installed.
    """
    require("matplotlib.figure", extra="plots")


def figure_picture(figure: Any) -> Tensor:
    """Draw a matplotlib figure as a picture 1×3×H×W in [0, 1]."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    _give_letters(figure)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = torch.from_numpy(np.array(canvas.buffer_rgba())[..., :3])
    return pixels.permute(2, 0, 1)[None].contiguous().float().div_(255)


def _give_letters(figure: Any) -> None:
    """Give texts with letters that matplotlib's font lacks a font that has them, or spell them."""
    from matplotlib import font_manager
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        words = text.get_text()
        if words.isascii():
            continue
        text.set_text(readable(words))
        files = {font_with(letter) for letter in text.get_text() if not letter.isascii()}
        families = []
        for file in sorted(map(str, files - {None})):
            font_manager.fontManager.addfont(file)
            families.append(font_manager.FontProperties(fname=file).get_name())
        text.set_fontfamily([*text.get_fontfamily(), *families])
