"""The canvas of a dream: a picture, and the change dreamt into it."""

from torch import Tensor

from pareidolia.painting import PixelCanvas
from pareidolia.pictures import resize_picture, size_of
from pareidolia.pictures.wrapping import NOWHERE, Wrap, resize_wrapped
from pareidolia.settings import PareidoliaError


class DetailCanvas(PixelCanvas):
    """Pixels in [0, 1] of which only the change from the picture, the detail, is carried between sizes.

    Everything else, which enlarging would blur, is taken from the picture again at each size (Mordvintsev et
    al. 2015).

    Args:
        picture: N×C×H×W in [0, 1], at its full size.
        size: height and width to begin with.
        wrap: whether the picture repeats down and across.
    """

    def __init__(self, picture: Tensor, size: tuple[int, int], wrap: Wrap = NOWHERE) -> None:
        super().__init__(resize_wrapped(picture, size, wrap, resize_picture), wrap=wrap)
        # None once no larger size follows: large pictures leave no memory for it.
        self._picture = None if size == size_of(picture) else picture

    def continue_at(self, size: tuple[int, int], values: Tensor) -> None:
        picture, values = self._picture, values.detach()
        if picture is None:
            raise PareidoliaError("the picture is at its full size already")
        detail = values - resize_wrapped(picture, size_of(values), self.wrap, resize_picture)
        larger = resize_wrapped(picture, size, self.wrap, resize_picture)
        self.hold(resize_wrapped(detail, size, self.wrap).add_(larger))
        self.project()
        self._picture = None if size == size_of(picture) else picture
