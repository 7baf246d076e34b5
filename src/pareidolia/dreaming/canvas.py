"""The canvas of a dream: a picture, and what was dreamt into it."""

from torch import Tensor

from pareidolia.painting import PixelCanvas
from pareidolia.pictures import resize, resize_picture


class DetailCanvas(PixelCanvas):
    """Pixels in [0, 1] of which only the change from the picture, the detail, is carried between sizes.

    What enlarging would blur is taken anew from the picture at each size (Mordvintsev et al. 2015).

    Args:
        picture: N×C×H×W in [0, 1], at its full size.
        size: height and width to begin with.
    """

    def __init__(self, picture: Tensor, size: tuple[int, int]) -> None:
        super().__init__(resize_picture(picture, size))
        self._picture = picture

    def continue_at(self, size: tuple[int, int], values: Tensor) -> None:
        values = values.detach()
        detail = values - resize_picture(self._picture, (values.shape[-2], values.shape[-1]))
        self.hold(resize(detail, size).add_(resize_picture(self._picture, size)))
        self.project()
