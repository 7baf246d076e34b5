"""The network brush: any painting becomes a code, and with it one pass paints any photo.

A painter of convolutions whose normalisations take scales and shifts from the painting (Dumoulin, "A Learned
Representation for Artistic Style", 2017), and a small network that predicts them from the painting (Ghiasi,
"Exploring the structure of a real-time, arbitrary neural artistic stylization network", 2017). It differs
from these papers in four ways. Photos enter by squares of 4×4 pixels and leave by squares of 2×2 (Shi 2016),
so that no convolution runs at full size. Half of the blocks' work is done at an eighth, which
makes strokes wide. A grain, as of paper, enters with the photo: where a photo is flat, a convolution alone
could only repeat one pattern (Ulyanov, "Texture Networks", 2016, uses noise against this too). And colors
need not be learned: chroma follows luma (`chroma.py`), and what is painted is given the painting's mean color
and covariance (`palette.py`).
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.pictures import size_of
from pareidolia.pictures.wrapping import Wrap, wrapped_crop
from pareidolia.style.brush.chroma import REACH
from pareidolia.style.brush.palette import Palette, palette_of
from pareidolia.style.brush.reader import Reader
from pareidolia.style.feedforward.normalization import ForwardContext, PixelOffset, Statistics

_GRAINS = 4
_GRAIN_SIDE = 128


class CodedNorm(nn.Module):
    """Instance normalisation whose scale and shift are taken from the painting's code."""

    def __init__(self, channels: int, offset: int) -> None:
        super().__init__()
        self._scales = slice(offset, offset + channels)
        self._shifts = slice(offset + channels, offset + 2 * channels)

    def forward(self, x: Tensor, run: ForwardContext) -> Tensor:
        """(1 + γ) (x − mean)/deviation + β."""
        return run.normalized(x, 1 + run.styles[:, self._scales], run.styles[:, self._shifts])


class Codes:
    """Cuts a code into the pieces of the normalisations, one after the other."""

    def __init__(self) -> None:
        self.length = 0

    def norm(self, channels: int) -> CodedNorm:
        """The next normalisation."""
        norm = CodedNorm(channels, self.length)
        self.length += 2 * channels
        return norm


class Stroke(nn.Module):
    """Enlarge linearly, convolve 3×3 with a reflected border, normalise with the code."""

    def __init__(
        self, channels: int, width: int, codes: Codes, *, stride: int = 1, enlarge: int = 1, beside: int = 0
    ) -> None:
        super().__init__()
        self.enlarge = enlarge
        # The normalisation would remove a bias.
        self.conv = nn.Conv2d(channels, width, 3, stride, bias=False)
        self.beside = nn.Conv2d(beside, width, 1, bias=False) if beside else None
        self.norm = codes.norm(width)

    def forward(self, x: Tensor, run: ForwardContext, beside: Tensor | None = None) -> Tensor:
        """N×C×H×W to N×width×(H·enlarge/stride)×…; `beside`, of that size, is mixed in before the norm."""
        if self.enlarge > 1:
            x = F.interpolate(x, scale_factor=self.enlarge, mode="bilinear", align_corners=False)
        x = F.pad(x, (1, 1, 1, 1), mode="reflect")  # the same name: the old tensor is freed before convolving
        x = self.conv(x)
        if self.beside is not None and beside is not None:
            x = x + self.beside(beside)
        normed: Tensor = self.norm(x, run)
        return normed


class Grain(nn.Module):
    """Noise that depends on the position: the same in every picture, repeated after 512 pixels."""

    def __init__(self) -> None:
        super().__init__()
        noise = torch.rand(_GRAINS, _GRAIN_SIDE, _GRAIN_SIDE, generator=torch.Generator().manual_seed(0))
        self.noise: Tensor
        self.register_buffer("noise", 2 * noise - 1)

    def forward(self, like: Tensor, origin: tuple[int, int], period: tuple[int, int] = (0, 0)) -> Tensor:
        """N×4×h×w in [−1, 1] for maps N×C×h×w that begin at `origin` of the whole map.

        Where the map repeats after a `period` that is not 0, so does the noise.
        """
        rows, columns = (
            _repeated(torch.arange(length, device=like.device) + begin, after) % _GRAIN_SIDE
            for length, begin, after in zip(like.shape[-2:], origin, period, strict=True)
        )
        return self.noise[:, rows][:, :, columns].expand(len(like), -1, -1, -1).to(like.dtype)


def _repeated(places: Tensor, period: int) -> Tensor:
    return places % period if period else places


class Block(nn.Module):
    """x + two strokes over it, a rectifier between them."""

    def __init__(self, width: int, codes: Codes) -> None:
        super().__init__()
        self.first = Stroke(width, width, codes)
        self.second = Stroke(width, width, codes)

    def forward(self, x: Tensor, run: ForwardContext) -> Tensor:
        """N×width×h×w to the same."""
        change: Tensor = self.second(F.relu(self.first(x, run)), run)
        return x + change


class Painter(nn.Module):
    """Paints N×3×H×W in [0, 1], H and W multiples of 8 and at least 16, with codes N×`code`."""

    def __init__(self, quarter: int, eighth: int, blocks: int, late: int, half: int) -> None:
        super().__init__()
        codes = Codes()
        self.grain = Grain()
        self.stem = Stroke(48 + _GRAINS, quarter, codes)
        self.down = Stroke(quarter, eighth, codes, stride=2)
        self.blocks = nn.ModuleList(Block(eighth, codes) for _ in range(blocks))
        self.up = Stroke(eighth, late, codes, enlarge=2, beside=quarter)
        self.fine = Stroke(late, half, codes, enlarge=2)
        self.palette = Palette()
        self.paint = nn.Conv2d(half, self.palette.channels, 3)
        _repeat_in_squares(self.paint)
        self.scales_and_shifts = codes.length

    @property
    def code(self) -> int:
        """How many numbers a code has: all scales and shifts, and a palette."""
        return self.scales_and_shifts + self.palette.length

    @property
    def receptive_radius(self) -> int:
        """The radius in pixels of what a pixel of the result sees."""
        # Squares of 4, the stem, down, two kernels a block at an eighth, up twice, the last one, chroma at a
        # half, smoothing.
        return 3 + 4 + 4 + 16 * len(self.blocks) + (8 + 4) + (4 + 2) + (2 + 1) + 2 * REACH + 1

    def forward(self, pictures: Tensor, run: ForwardContext) -> Tensor:
        """The painted pictures; `run.styles` is N×`code` or 1×`code`."""
        squares = F.pixel_unshuffle(2 * pictures - 1, 4)
        origin, period = (tuple(each // 4 for each in pair) for pair in (run.origin, run.period))
        grain = self.grain(squares, (origin[0], origin[1]), (period[0], period[1]))
        stem = F.relu(self.stem(torch.cat([squares, grain], dim=1), run), inplace=True)
        del squares, grain
        x = F.relu(self.down(stem, run), inplace=True)
        for block in self.blocks:
            x = block(x, run)
        x = F.relu(self.up(x, run, stem), inplace=True)
        del stem
        x = F.relu(self.fine(x, run), inplace=True)
        x = self.paint(F.pad(x, (1, 1, 1, 1), mode="reflect"))
        painted: Tensor = self.palette(x, run)
        return painted


class BrushNetwork(nn.Module):
    """A reader of paintings and a painter of photos.

    Args:
        quarter: the painter's channels at a quarter of the size on the way down.
        eighth: its channels at an eighth.
        blocks: its residual blocks at an eighth.
        late: its channels at a quarter on the way up.
        half: its channels at a half on the way up.
        read: the channels of the reader's convolutions at a quarter, an eighth, a sixteenth and half of that.
        hidden: how many numbers describe a painting before its last layer makes the code of them.

    Attributes:
        size_multiple: a divisor of its pictures' sides.
    """

    def __init__(
        self,
        quarter: int = 64,
        eighth: int = 80,
        blocks: int = 4,
        late: int = 48,
        half: int = 24,
        read: tuple[tuple[int, ...], ...] = ((64,), (96, 96), (160, 160), (192, 192)),
        hidden: int = 256,
    ) -> None:
        super().__init__()
        self.painter = Painter(quarter, eighth, blocks, late, half)
        self.reader = Reader(read, hidden, self.painter.scales_and_shifts)

    size_multiple = 8

    @property
    def receptive_radius(self) -> int:
        """The radius in pixels of what a pixel of the result sees."""
        return self.painter.receptive_radius

    def forward(
        self,
        pictures: Tensor,
        codes: Tensor,
        statistics: Statistics | None = None,
        origin: PixelOffset = (0, 0),
    ) -> Tensor:
        """Paint pictures.

        Args:
            pictures: N×3×H×W.
            codes: N×`code` or 1×`code`.
            statistics: used by the normalisations in place of the pictures' own (`statistics_of`).
            origin: row and column of the pictures' first pixel in the whole picture, multiples of 4, for the
                grain.

        Returns:
            N×3×H×W.
        """
        painted: Tensor = self.painter(pictures, ForwardContext(codes, statistics, [], origin))
        return painted

    def seamless(self, picture: Tensor, code: Tensor, wrap: Wrap) -> Tensor:
        """Paint a picture that repeats so that what is painted does too.

        The network sees as much of the other side beyond each border as reaches a pixel; only the picture
        itself counts in the normalisations. The grain repeats with the picture and stays where it is.

        Args:
            picture: 1×3×H×W; where it repeats, its sides are multiples of 8.
            code: 1×`code`.
            wrap: whether it repeats down and across.

        Returns:
            1×3×H×W.
        """
        size = size_of(picture)
        halo = math.ceil(self.receptive_radius / self.size_multiple) * self.size_multiple
        top, left = (halo if wraps else 0 for wraps in wrap)
        wide = wrapped_crop(picture, slice(-top, size[0] + top), slice(-left, size[1] + left))
        # Where the picture does not repeat, its border fills the last square.
        below, beside = (-side % self.size_multiple for side in size_of(wide))
        wide = F.pad(wide, (0, beside, 0, below), mode="replicate")
        height, width = size_of(wide)
        run = ForwardContext(
            code,
            None,
            [],
            origin=(-top, -left),
            beyond=(top / height, left / width),
            period=(size[0] * wrap[0], size[1] * wrap[1]),
        )
        painted: Tensor = self.painter(wide.contiguous(memory_format=torch.channels_last), run)
        return painted[..., top : top + size[0], left : left + size[1]]

    def codes_of(self, paintings: Tensor, part: Tensor | None = None) -> Tensor:
        """The codes of paintings N×3×h×w; the weighted mean of several is a blend of their styles.

        Args:
            paintings: N×3×h×w.
            part: 1×1×h×w in [0, 1], which part of them is read; None reads the whole.

        Returns:
            N×`code`.
        """
        return torch.cat([self.reader(paintings, part), palette_of(paintings, part)], dim=1)

    def statistics_of(self, pictures: Tensor, codes: Tensor) -> Statistics:
        """The mean and variance that each normalisation computes for these pictures."""
        run = ForwardContext(codes, None, [])
        self.painter(pictures, run)
        return run.gathered


def _repeat_in_squares(conv: nn.Conv2d) -> None:
    """Begin with the same kernel for the luma of all four pixels of a square: no pattern to begin with.

    Aitken, "Checkerboard artifact free sub-pixel convolution", 2017.
    """
    with torch.no_grad():
        conv.weight[:4] = conv.weight[:1]
        if conv.bias is not None:
            conv.bias[:4] = conv.bias[:1]
