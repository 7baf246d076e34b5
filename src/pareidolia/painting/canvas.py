"""Canvases: the numbers that painting changes, and how they become a picture."""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from pareidolia.pictures import resize, size_of
from pareidolia.pictures.wrapping import NOWHERE, Wrap, resize_wrapped

# Correlation of colours in natural photographs (lucid): columns are decorrelated directions in RGB.
_COLOR = torch.tensor([[0.26, 0.09, 0.02], [0.27, 0.00, -0.05], [0.27, -0.09, 0.03]])
_COLOR = _COLOR / _COLOR.norm(dim=0).max()


class Canvas(ABC):
    """Numbers that an optimiser changes (`values`) and the picture they represent (`render`)."""

    values: Tensor

    def __init__(self, values: Tensor) -> None:
        self.hold(values)

    def hold(self, values: Tensor) -> None:
        """Replace the numbers to change."""
        self.values = values.detach().clone(memory_format=torch.contiguous_format).requires_grad_(True)

    @abstractmethod
    def render(self, values: Tensor) -> Tensor:
        """The N×C×H×W picture in [0, 1] that `values` represent; differentiable."""

    @abstractmethod
    def continue_at(self, size: tuple[int, int], values: Tensor) -> None:
        """Hold the picture that `values` represent, resampled to (height, width)."""

    @property
    @abstractmethod
    def size(self) -> tuple[int, int]:
        """Height and width of the picture in pixels."""

    @property
    def resample_moments(self) -> Callable[[Tensor, tuple[int, int]], Tensor] | None:
        """A function that resamples an optimiser's moments to a new size; None if they start from zero."""
        return None

    def project(self) -> None:  # noqa: B027 (most canvases need none)
        """Bring `values` back into their allowed range, in place."""


class PixelCanvas(Canvas):
    """The pixels themselves, kept within `bounds` after every step.

    Args:
        picture: N×C×H×W to begin from.
        bounds: lowest and highest value a pixel may take; None lets pixels go anywhere.
        wrap: whether the picture repeats down and across.
    """

    def __init__(
        self, picture: Tensor, bounds: tuple[float, float] | None = (0.0, 1.0), wrap: Wrap = NOWHERE
    ) -> None:
        super().__init__(picture)
        self.bounds = bounds
        self.wrap = wrap

    def render(self, values: Tensor) -> Tensor:
        return values

    @property
    def size(self) -> tuple[int, int]:
        return size_of(self.values)

    def continue_at(self, size: tuple[int, int], values: Tensor) -> None:
        self.hold(resize_wrapped(values.detach(), size, self.wrap))
        self.project()

    @property
    def resample_moments(self) -> Callable[[Tensor, tuple[int, int]], Tensor] | None:
        return lambda moments, size: resize_wrapped(moments, size, self.wrap)

    def project(self) -> None:
        if self.bounds is not None:
            with torch.no_grad():
                self.values.clamp_(*self.bounds)


class UnboundedCanvas(PixelCanvas):
    """An offset from a mean colour, without bounds: zeros show the mean colour.

    The I of Simonyan et al. (2014), and the mean-subtracted picture of Mahendran and Vedaldi (2015).

    Args:
        added: N×C×H×W, on the scale of pictures in [0, 1].
        mean: one number a channel.
    """

    def __init__(self, added: Tensor, mean: Sequence[float]) -> None:
        super().__init__(added, bounds=None)
        self._mean = torch.tensor(mean).view(1, -1, 1, 1)

    def render(self, values: Tensor) -> Tensor:
        """The picture, N×C×H×W, which may leave [0, 1]."""
        return values + self._mean.to(values)


class FourierCanvas(Canvas):
    """A spectrum whose frequencies all have the same weight, in decorrelated colours, through a sigmoid.

    If every frequency changes at the same rate, a painting does not fill with fine noise (Olah et al.,
    "Feature Visualization", Distill 2017; constants as in lucid).

    Args:
        values: N×3×H×(W//2+1)×2, real and imaginary parts; `FourierCanvas.noise` and `.of` make them.
        width: width of the picture, since an odd and an even one have equally many frequencies.
        decay: frequencies are scaled by 1/frequency^decay.
    """

    def __init__(self, values: Tensor, width: int, decay: float = 1.0) -> None:
        super().__init__(values)
        self.width = width
        self.decay = decay

    @classmethod
    def noise(
        cls,
        size: tuple[int, int],
        generator: torch.Generator,
        *,
        count: int = 1,
        deviation: float = 0.01,
        decay: float = 1.0,
    ) -> "FourierCanvas":
        """`count` canvases of (height, width) holding normal noise of standard `deviation`."""
        height, width = size
        shape = (count, 3, height, width // 2 + 1, 2)
        return cls(torch.randn(shape, generator=generator) * deviation, width, decay)

    @classmethod
    def of(cls, picture: Tensor, decay: float = 1.0) -> "FourierCanvas":
        """The canvas that shows an N×3×H×W picture in [0, 1], to 1/500: a sigmoid never reaches 0 or 1."""
        return cls(_to_spectrum(decorrelated(picture), decay), picture.shape[-1], decay)

    def render(self, values: Tensor) -> Tensor:
        return correlated(self._colors(values))

    @property
    def size(self) -> tuple[int, int]:
        return self.values.shape[-3], self.width

    def continue_at(self, size: tuple[int, int], values: Tensor) -> None:
        colors = resize(self._colors(values.detach()), size)
        self.width = size[1]
        self.hold(_to_spectrum(colors, self.decay))

    def _colors(self, values: Tensor) -> Tensor:
        height = values.shape[-3]
        spectrum = torch.view_as_complex(values.contiguous())
        spectrum = spectrum * _frequency_scale(height, self.width, self.decay, values.device)
        colors: Tensor = torch.fft.irfft2(spectrum, s=(height, self.width)) / 4
        return colors


def correlated(colors: Tensor) -> Tensor:
    """The picture N×3×H×W in [0, 1] that decorrelated colours represent, through a sigmoid."""
    return torch.sigmoid(_mixed(colors, _COLOR))


def decorrelated(picture: Tensor) -> Tensor:
    """Its inverse, for values from 0.002 to 0.998: a sigmoid never reaches 0 or 1."""
    return _mixed(picture.clamp(0.002, 0.998).logit(), _COLOR.inverse())


def _to_spectrum(colors: Tensor, decay: float) -> Tensor:
    height, width = colors.shape[-2:]
    scale = _frequency_scale(height, width, decay, colors.device)
    spectrum: Tensor = torch.fft.rfft2(colors * 4) / scale
    return torch.view_as_real(spectrum)


def _frequency_scale(height: int, width: int, decay: float, device: torch.device) -> Tensor:
    vertical = torch.fft.fftfreq(height, device=device)[:, None]
    horizontal = torch.fft.rfftfreq(width, device=device)
    frequency = (vertical**2 + horizontal**2).sqrt().clamp(min=1 / max(height, width))
    scale: Tensor = math.sqrt(height * width) / frequency**decay
    return scale


def _mixed(colors: Tensor, matrix: Tensor) -> Tensor:
    mixed: Tensor = torch.einsum("nchw,dc->ndhw", colors, matrix.to(colors))
    return mixed
