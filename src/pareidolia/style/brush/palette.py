"""The painting's palette: its mean color and covariance, which every painted picture is given.

Whitening and coloring (Li et al., "Universal Style Transfer via Feature Transforms", 2017) of the picture
itself, at the end of the network and in its training. Triangular roots of the covariances in YIQ let chroma
follow luma as it does in the painting; symmetric roots would let the photo's hues decide.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.pictures import from_yiq, to_yiq
from pareidolia.style.brush.chroma import follow_luma
from pareidolia.style.feedforward.normalization import ForwardContext, covariance_of

_LEAST = 1e-6
_DAMPING = 0.01
"""Share of the mean variance that is added to each: what is gray does not become colored noise."""


class Palette(nn.Module):
    """Makes pictures of what a painter's last convolution says, in the colors of a code.

    Attributes:
        channels: of what it takes: for each square of 2×2 pixels four lumas, and one I and one Q, as four of
            these would draw fringes of color.
        length: how many numbers of a code are a palette: the mean of Y, I and Q, and the lower triangle of
            their covariance's root, row by row.
    """

    channels = 6
    length = 9

    def __init__(self) -> None:
        super().__init__()
        self.to_rgb: Tensor
        inverse = from_yiq(torch.eye(3)[..., None, None])[..., 0, 0].T
        self.register_buffer("to_rgb", inverse.contiguous(), persistent=False)
        self.smoothing: Tensor
        self.register_buffer("smoothing", _smoothing(), persistent=False)

    def forward(self, squares: Tensor, run: ForwardContext) -> Tensor:
        """Squares of 2×2 pixels in any scale of Y, I and Q, N×6×h×w, to pictures N×3×2h×2w in [0, 1]."""
        lumas, chroma = torch.split(squares.float(), [4, 2], dim=1)
        luma = lumas.mean(1, keepdim=True)
        chroma = _guided(chroma, luma, run)
        mean, covariance = run.covariance(torch.cat([luma, chroma], dim=1))
        variances = covariance.diagonal(dim1=1, dim2=2)
        damping = _DAMPING * variances.mean(1) + _LEAST
        damped = covariance + damping[:, None, None] * torch.eye(3).to(covariance)
        palette = run.styles[:, -self.length :]
        matrix = _triangle(palette[:, 3:]) @ _inverse(_root(damped))
        shift = palette[:, :3, None] - matrix @ mean
        squares = torch.cat([lumas, chroma], dim=1)
        colored = _colored(squares, self.to_rgb @ matrix, self.to_rgb @ shift, self.smoothing)
        return F.pixel_shuffle(colored, 2).clamp(0, 1)


def palette_of(paintings: Tensor, part: Tensor | None = None) -> Tensor:
    """The palettes of paintings N×3×h×w, or of that part of them, 1×1×h×w in [0, 1]; N×9."""
    colors, weights = to_yiq(F.avg_pool2d(paintings, 2)), None if part is None else F.avg_pool2d(part, 2)
    mean, covariance = covariance_of(colors, weights)
    return torch.cat([mean[..., 0], _root(covariance)], dim=1)


def _guided(chroma: Tensor, luma: Tensor, run: ForwardContext) -> Tensor:
    """Chroma N×2×h×w that follows luma N×1×h×w."""
    mean, variance = (each.view(-1, 1, 1, 1) for each in run.covariance(luma))
    return follow_luma(chroma, luma - mean, variance + _LEAST)


def _root(covariance: Tensor) -> Tensor:
    """The lower triangle L with L Lᵀ the covariance N×3×3, row by row, N×6. ONNX has no Cholesky."""
    (yy, _, _), (iy, ii, _), (qy, qi, qq) = (row.unbind(1) for row in covariance.unbind(1))
    a = yy.clamp(min=_LEAST).sqrt()
    b, d = iy / a, qy / a
    e = (ii - b * b).clamp(min=_LEAST).sqrt()
    f = (qi - d * b) / e
    return torch.stack([a, b, e, d, f, (qq - d * d - f * f).clamp(min=_LEAST).sqrt()], dim=1)


def _inverse(triangle: Tensor) -> Tensor:
    """The inverse of lower triangles N×6, N×3×3."""
    a, b, e, d, f, g = triangle.unbind(1)
    rows = [1 / a, -b / (a * e), 1 / e, (b * f - d * e) / (a * e * g), -f / (e * g), 1 / g]
    return _triangle(torch.stack(rows, dim=1))


def _triangle(numbers: Tensor) -> Tensor:
    """N×6, row by row, as matrices N×3×3."""
    a, b, e, d, f, g = numbers.unbind(1)
    o = torch.zeros_like(a)
    return torch.stack([a, o, o, b, e, o, d, f, g], dim=1).view(-1, 3, 3)


def _colored(squares: Tensor, matrices: Tensor, shifts: Tensor, smoothing: Tensor) -> Tensor:
    """R, G and B of the squares' pixels, smoothed, N×12×h×w.

    Args:
        squares: N×6×h×w.
        matrices: from Y, I and Q to R, G and B, N×3×3.
        shifts: what is added, N×3×1.
        smoothing: as of `_smoothing`.
    """
    lumas = matrices[:, :, 0, None, None, None, None] * smoothing
    chromas = matrices[:, :, None, 1:, None, None] * smoothing.sum(1, keepdim=True)
    kernels = torch.cat([lumas, chromas], dim=3).flatten(1, 2).to(squares.dtype)
    biases = shifts[..., 0].repeat_interleave(4, dim=1).to(squares.dtype)
    every = (each.expand(len(squares), *each.shape[1:]) for each in (kernels, biases))
    # Of pictures, this is a border that reflects their pixels.
    padded = F.pad(squares, (1, 1, 1, 1), mode="replicate")
    # Grouped convolution would do all pictures at once, in ten times the time.
    colored = [
        F.conv2d(picture, kernel.contiguous(memory_format=torch.channels_last), bias)
        for picture, kernel, bias in zip(torch.split(padded, 1), *every, strict=True)
    ]
    return colored[0] if len(colored) == 1 else torch.cat(colored)


def _smoothing() -> Tensor:
    """Kernels from 3×3 squares of 2×2 pixels to one of them that averages each pixel with its neighbours.

    By 1 2 1 down and across, which removes a pattern of period 2 exactly: squares of pixels from kernels of
    their own draw such a checkerboard (Odena 2016, Sugawara 2018). Smoothing squares costs a fraction of
    smoothing a picture of three channels.

    Returns:
        4×4×3×3: by pixel of the result, pixel of a square, row and column of the square.
    """
    line = torch.tensor([[[0, 0.25], [0.5, 0.25], [0, 0]], [[0, 0], [0.25, 0.5], [0.25, 0]]])
    return torch.einsum("aic,bjd->abcdij", line, line).reshape(4, 4, 3, 3)
