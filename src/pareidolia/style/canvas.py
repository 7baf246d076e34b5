"""The canvas of a painting that is limited by a mask."""

from torch import Tensor

from pareidolia.painting import PixelCanvas
from pareidolia.pictures import resize_picture, size_of
from pareidolia.pictures.wrapping import NOWHERE, Wrap, resize_wrapped


class MaskedCanvas(PixelCanvas):
    """Pixels in [0, 1] laid over a picture: it shows through where the mask is black.

    What is rendered is mask · values + (1 − mask) · picture, so that the gradient is the mask's share too.

    Args:
        values: N×3×h×w to begin from.
        picture: N×3×H×W in [0, 1] beneath, at any size.
        mask: N×1×H×W in [0, 1].
        wrap: whether the picture repeats down and across.
    """

    def __init__(self, values: Tensor, picture: Tensor, mask: Tensor, wrap: Wrap = NOWHERE) -> None:
        super().__init__(values, wrap=wrap)
        self._picture = picture
        self._mask = mask

    def render(self, values: Tensor) -> Tensor:
        size = size_of(values)
        mask = resize_wrapped(self._mask, size, self.wrap, resize_picture)
        beneath = resize_wrapped(self._picture, size, self.wrap, resize_picture)
        return super().render(mask * values + (1 - mask) * beneath)
