"""A canvas whose magnitude spectrum stays that of natural pictures: only phases are painted (MACO)."""

import math

import torch
from torch import Tensor

from pareidolia.painting.canvas import Canvas, correlated, decorrelated
from pareidolia.pictures import resize

# Mean, and root mean square amplitude A / k^a at k cycles a picture, of each decorrelated colour's logit:
# measured on photos by recipes/natural_spectrum.py.
MEANS = (-1.1809, 1.0459, -0.2662)
AMPLITUDES = (0.8853, 0.9532, 0.5541)
EXPONENTS = (1.328, 1.298, 1.122)


class PhaseCanvas(Canvas):
    """Phases of a spectrum whose magnitudes are fixed to those of natural pictures.

    MACO (Fel et al., "Unlocking Feature Visualization for Deeper Networks with MAgnitude Constrained
    Optimization", NeurIPS 2023): x = F⁻¹(r e^{iφ}), r fixed, φ painted. Fine noise, which a network may
    respond to, cannot grow. Here r is a closed law, A / k^a at k cycles a picture, fitted to free photos,
    while the paper takes the mean over ImageNet; colours are decorrelated and go through a sigmoid as there.

    Args:
        values: φ, N×3×H×(W//2+1); `PhaseCanvas.noise` makes them.
        width: width of the picture, since an odd and an even one have equally many frequencies.
    """

    def __init__(self, values: Tensor, width: int) -> None:
        super().__init__(values)
        self.width = width

    @classmethod
    def noise(cls, size: tuple[int, int], generator: torch.Generator, *, count: int = 1) -> "PhaseCanvas":
        """`count` canvases of (height, width) with phases drawn evenly from −π to π."""
        height, width = size
        drawn = torch.rand((count, 3, height, width // 2 + 1), generator=generator)
        return cls((2 * drawn - 1) * math.pi, width)

    @classmethod
    def of(cls, picture: Tensor) -> "PhaseCanvas":
        """The canvas with the phases of an N×3×H×W picture in [0, 1], and natural magnitudes."""
        return cls(_phases(decorrelated(picture)), picture.shape[-1])

    def render(self, values: Tensor) -> Tensor:
        height = values.shape[-2]
        spectrum = torch.polar(_magnitudes(height, self.width, values), _odd(values, self.width))
        return correlated(torch.fft.irfft2(spectrum, s=(height, self.width)) + _means(values))

    @property
    def size(self) -> tuple[int, int]:
        return self.values.shape[-2], self.width

    def continue_at(self, size: tuple[int, int], values: Tensor) -> None:
        colors = decorrelated(self.render(values.detach()))
        self.width = size[1]
        self.hold(_phases(resize(colors, size)))


def natural_magnitudes(size: tuple[int, int]) -> Tensor:
    """r of a (height, width): 3×H×(W//2+1), magnitudes of `rfft2`, 0 for the mean."""
    return _magnitudes(*size, torch.zeros(()))


def _magnitudes(height: int, width: int, like: Tensor) -> Tensor:
    vertical = torch.fft.fftfreq(height, device=like.device)[:, None]
    horizontal = torch.fft.rfftfreq(width, device=like.device)
    cycles = (vertical.square() + horizontal.square()).sqrt() * max(height, width)
    amplitudes, exponents = (_each_color(numbers, like)[0] for numbers in (AMPLITUDES, EXPONENTS))
    law = amplitudes / cycles.clamp(min=1e-6) ** exponents
    law[:, 0, 0] = 0
    magnitudes: Tensor = law * (height * width)
    return magnitudes.to(like)


def _means(like: Tensor) -> Tensor:
    return _each_color(MEANS, like)


def _each_color(numbers: tuple[float, ...], like: Tensor) -> Tensor:
    return torch.tensor(numbers, device=like.device, dtype=like.dtype).view(1, 3, 1, 1)


def _phases(colors: Tensor) -> Tensor:
    phases: Tensor = torch.fft.rfft2(colors).angle()
    return phases


def _odd(phases: Tensor, width: int) -> Tensor:
    """Phases with φ(−k) = −φ(k), as real pictures have: in the columns where both k and −k are held.

    Without this, `irfft2` would average the two, and the magnitude would shrink.
    """
    columns = [0, phases.shape[-1] - 1] if width % 2 == 0 else [0]
    mirrored = phases.roll(-1, dims=-2).flip(-2)
    own = torch.zeros(phases.shape[-1], dtype=torch.bool, device=phases.device)
    own[columns] = True
    return torch.where(own, (phases - mirrored) / 2, phases)
