"""What brush reads in a painting: all scales and shifts that its painter's normalisations take."""

from collections.abc import Iterator

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.pictures import size_of
from pareidolia.style.feedforward.normalization import moments_of

_EPSILON = 1e-5


class Reader(nn.Module):
    """A painting N×3×h×w in [0, 1], of at least 32 pixels a side, to its code N×`code`.

    Four convolutions, each of half the size of the one before; the mean and the deviation of every channel
    over all positions describe the painting at each size, wherever its parts are.
    """

    def __init__(self, widths: tuple[int, ...], hidden: int, code: int) -> None:
        super().__init__()
        inputs = (3, *widths)
        self.convs = nn.ModuleList(
            nn.Conv2d(before, width, 3, 2, padding=1) for before, width in zip(inputs, widths, strict=False)
        )
        self.level = nn.LayerNorm(2 * sum(widths))
        self.first = nn.Linear(2 * sum(widths), hidden)
        self.second = nn.Linear(hidden, code)

    def forward(self, paintings: Tensor, part: Tensor | None = None) -> Tensor:
        """The codes; with a mask 1×1×h×w, of that part of the paintings."""
        statistics = torch.cat(list(self._statistics(2 * paintings - 1, part)), dim=1)
        code: Tensor = self.second(F.gelu(self.first(self.level(statistics))))
        return code

    def _statistics(self, x: Tensor, part: Tensor | None) -> Iterator[Tensor]:
        for conv in self.convs:
            x = F.relu(conv(x))
            weights = None if part is None else F.adaptive_avg_pool2d(part, size_of(x))
            mean, variance = (each.flatten(1) for each in moments_of(x.float(), weights))
            yield mean
            yield (variance + _EPSILON).sqrt()
