"""The network that paints: down to a quarter, residual blocks, up again, each layer normalised by picture.

After Johnson, Alahi and Fei-Fei ("Perceptual Losses for Real-Time Style Transfer", 2016), with instance
normalisation (Ulyanov 2016) whose scale and shift are the style's (Dumoulin, "A Learned Representation for
Artistic Style", 2017), and resizing before convolving instead of transposed convolution, which leaves no
checkerboard (Odena 2016). Johnson's first and last kernels are 9×9, these are 5×5: at full size they
take most of the time.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.style.feedforward.normalization import ForwardContext, PixelOffset, Statistics


class StyledNorm(nn.Module):
    """Instance normalisation with a scale and a shift for each style, blended by the picture's weights."""

    def __init__(self, channels: int, styles: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(styles, channels))
        self.shift = nn.Parameter(torch.zeros(styles, channels))

    def forward(self, x: Tensor, run: ForwardContext) -> Tensor:
        """γ (x − mean)/deviation + β, with γ and β the styles' by their weights N×K."""
        return run.normalized(x, run.styles @ self.scale, run.styles @ self.shift)


class StyledConv(nn.Module):
    """Enlarge by repeating pixels, convolve with a reflected border, normalise in style, rectify."""

    def __init__(
        self, channels: int, width: int, kernel: int, styles: int, *, stride: int = 1, enlarge: int = 1,
        rectify: bool = True,
    ) -> None:  # fmt: skip
        super().__init__()
        self.enlarge, self.rectify, self.border = enlarge, rectify, kernel // 2
        # The normalisation would remove a bias.
        self.conv = nn.Conv2d(channels, width, kernel, stride, bias=False)
        self.norm = StyledNorm(width, styles)

    def forward(self, x: Tensor, run: ForwardContext) -> Tensor:
        """N×C×H×W to N×width×(H·enlarge/stride)×…."""
        if self.enlarge > 1:
            x = F.interpolate(x, scale_factor=self.enlarge, mode="nearest")
        x = self.conv(F.pad(x, (self.border,) * 4, mode="reflect"))
        x = self.norm(x, run)
        return F.relu(x) if self.rectify else x


class Residual(nn.Module):
    """x + two styled convolutions of it."""

    def __init__(self, width: int, styles: int) -> None:
        super().__init__()
        self.first = StyledConv(width, width, 3, styles)
        self.second = StyledConv(width, width, 3, styles, rectify=False)

    def forward(self, x: Tensor, run: ForwardContext) -> Tensor:
        """N×width×h×w to the same."""
        change: Tensor = self.second(self.first(x, run), run)
        return x + change


class StylizerNetwork(nn.Module):
    """Paints N×3×H×W in [0, 1], H and W multiples of 4 and at least 16, in [0, 1].

    Args:
        styles: K, the number of styles.
        width: channels at full size; twice and four times as many further down.
        blocks: residual blocks.

    Attributes:
        size_multiple: a divisor of its pictures' sides.
    """

    def __init__(self, styles: int, width: int = 24, blocks: int = 4) -> None:
        super().__init__()
        self.styles = styles
        self.layers = nn.ModuleList(
            [
                StyledConv(3, width, 5, styles),
                StyledConv(width, 2 * width, 3, styles, stride=2),
                StyledConv(2 * width, 4 * width, 3, styles, stride=2),
                *(Residual(4 * width, styles) for _ in range(blocks)),
                StyledConv(4 * width, 2 * width, 3, styles, enlarge=2),
                StyledConv(2 * width, width, 3, styles, enlarge=2),
            ]
        )
        self.paint = nn.Conv2d(width, 3, 5)

    size_multiple = 4

    @property
    def receptive_radius(self) -> int:
        """The radius in pixels of what a pixel of the result sees."""
        blocks = sum(isinstance(layer, Residual) for layer in self.layers)
        # The stem, down twice, two kernels of 3 a block at a quarter, up twice, the last kernel.
        return 2 + (1 + 2) + 8 * blocks + (2 + 2 + 1 + 1) + 2

    def forward(
        self,
        pictures: Tensor,
        styles: Tensor,
        statistics: Statistics | None = None,
        origin: PixelOffset = (0, 0),
    ) -> Tensor:
        """Paint pictures.

        Args:
            pictures: N×3×H×W.
            styles: N×K or 1×K weights, whose rows add up to 1.
            statistics: used by the normalisations in place of the pictures' own (`statistics_of`).
            origin: row and column of the pictures' first pixel in the whole picture. It changes nothing here,
                since this network paints every position alike; `OnePass` has it for networks that do not.

        Returns:
            N×3×H×W.
        """
        return self._run(pictures, ForwardContext(styles, statistics, [], origin))

    def statistics_of(self, pictures: Tensor, styles: Tensor) -> Statistics:
        """The mean and variance that each normalisation computes for these pictures."""
        run = ForwardContext(styles, None, [])
        self._run(pictures, run)
        return run.gathered

    def _run(self, pictures: Tensor, run: ForwardContext) -> Tensor:
        x = 2 * pictures - 1
        for layer in self.layers:
            x = layer(x, run)
        return torch.sigmoid(self.paint(F.pad(x, (2,) * 4, mode="reflect")))
