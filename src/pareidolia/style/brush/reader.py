"""What brush reads in a painting: all scales and shifts that its painter's normalisations take."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.pictures import size_of
from pareidolia.style.feedforward.normalization import moments_of

_EPSILON = 1e-5
_SMALLEST = 32
"""Pixels of a side that leave one position at the smallest size."""
_FIRST = (3, 7, 4)
"""Channels, kernel and stride of the first convolution."""


class Reader(nn.Module):
    """A painting N×3×h×w in [0, 1], of at least 32 pixels a side, to its code N×`code`.

    Convolutions at a quarter of the size, an eighth, and so on; the mean and the deviation of every channel
    over all positions describe the painting at each size, wherever its parts are. A mean wants many
    positions, but not every one: the first convolution, 7×7, takes each fourth.

    Args:
        widths: channels of each size's convolutions, the first of which makes it smaller.
        hidden: how many numbers describe a painting.
        code: how many numbers a code has.
    """

    def __init__(self, widths: tuple[tuple[int, ...], ...], hidden: int, code: int) -> None:
        super().__init__()
        outputs = [size[-1] for size in widths]
        inputs = (_FIRST, *((before, 3, 2) for before in outputs))
        self.sizes = nn.ModuleList(
            _convolutions(first, size) for first, size in zip(inputs, widths, strict=False)
        )
        self.level = nn.LayerNorm(2 * sum(outputs))
        self.first = nn.Linear(2 * sum(outputs), hidden)
        self.second = nn.Linear(hidden, code)

    def forward(self, paintings: Tensor, part: Tensor | None = None) -> Tensor:
        """The codes; with a mask 1×1×h×w, of that part of the paintings."""
        code: Tensor = self.second(self.description(paintings, part))
        return code

    def description(self, paintings: Tensor, part: Tensor | None = None) -> Tensor:
        """What the codes are made from, N×`hidden`."""
        if part is not None:
            paintings, part = _cut_out(paintings, part)
        statistics = torch.cat(list(self._statistics(2 * paintings - 1, part)), dim=1)
        return F.gelu(self.first(self.level(statistics)))

    def _statistics(self, x: Tensor, part: Tensor | None) -> Iterator[Tensor]:
        for convolutions in self.sizes:
            x = convolutions(x)
            weights = None if part is None else F.adaptive_avg_pool2d(part, size_of(x))
            mean, variance = (each.flatten(1) for each in moments_of(x.float(), weights))
            yield mean
            yield (variance + _EPSILON).sqrt()


def _cut_out(paintings: Tensor, part: Tensor) -> tuple[Tensor, Tensor]:
    """The rectangle around a part, of paintings and mask: convolutions see what is beside a position."""
    rows, columns = (_stretch(part[0, 0].amax(axis) > 0) for axis in (1, 0))
    return paintings[..., rows, columns], part[..., rows, columns]


def _stretch(inside: Tensor) -> slice:
    """From the first to the last that is inside, and to at least as many as can be read."""
    found = inside.nonzero()
    first, last = int(found.min()), int(found.max()) + 1
    first = max(0, min(first, last - _SMALLEST))
    return slice(first, max(last, first + _SMALLEST))


def _convolutions(first: tuple[int, int, int], widths: tuple[int, ...]) -> nn.Sequential:
    """Convolutions, each with a ReLU: of the `first` channels, kernel and stride, then 3×3."""
    shapes = (first, *((width, 3, 1) for width in widths[:-1]))
    layers: list[nn.Module] = []
    for (before, side, stride), width in zip(shapes, widths, strict=True):
        conv = nn.Conv2d(before, width, side, stride, padding=side // 2)
        nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
        layers += [conv, nn.ReLU(inplace=True)]
    return nn.Sequential(*layers)
