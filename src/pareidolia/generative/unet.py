"""A small U-Net (Ronneberger et al. 2015) that sees the time and a label beside the picture.

After Ho et al. 2020 and Dhariwal and Nichol 2021: residual blocks with group normalisation, whose scale and
shift depend on time and label, and self-attention at the smallest size. No sample sees another of its batch.
"""

import math
from collections.abc import Sequence
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.generative.networks import Shape, enlarge, sides_of

_LARGEST_GROUPS = 8
_WIDEST = 4


class UNet(nn.Module):
    """N×C×H×W, times and labels → N×C×H×W; it begins at 0.

    Args:
        shape: C, H, W; any sizes.
        width: channels at full size; twice as many at half, four times below.
        blocks: residual blocks at each size, downwards and upwards.
        patch: side of the squares of pixels that become channels before the first convolution: with 2 all
            work is done at half the size, for a quarter of the cost.
        classes: number of labels; 0 for none.
    """

    def __init__(self, shape: Shape, width: int, blocks: int = 1, patch: int = 1, classes: int = 0) -> None:
        super().__init__()
        channels, height, width_px = shape
        self.patch = patch
        self.padding = (-width_px % patch, -height % patch)
        smaller = channels, (height + self.padding[1]) // patch, (width_px + self.padding[0]) // patch
        self.sides = sides_of(smaller)
        widths = [width * min(2**level, _WIDEST) for level in range(len(self.sides))]
        self.embedding = Embedding(4 * width, classes)
        inputs = channels * patch**2
        self.stem = nn.Conv2d(inputs, widths[0], 3, padding=1)
        self.down = nn.ModuleList(_Stage([each] * (blocks + 1), 4 * width) for each in widths)
        self.halving = nn.ModuleList(
            nn.Conv2d(wide, wider, 4, stride=2, padding=1) for wide, wider in pairwise(widths)
        )
        self.middle = _Stage([widths[-1]] * 2, 4 * width)
        self.attention = Attention(widths[-1])
        self.up = nn.ModuleList(_Stage([2 * each, *[each] * blocks], 4 * width) for each in widths)
        self.doubling = nn.ModuleList(
            nn.Conv2d(wider, wide, 3, padding=1) for wide, wider in pairwise(widths)
        )
        self.last = nn.Sequential(
            _norm(widths[0]), nn.SiLU(), _zero(nn.Conv2d(widths[0], inputs, 3, padding=1))
        )

    def forward(self, x: Tensor, time: Tensor, labels: Tensor | None = None) -> Tensor:
        """The output.

        Args:
            x: N×C×H×W.
            time: N, in [0, 1].
            labels: N×K, a weight for each class; what is missing from a sum of 1 is "no label". None: no
                label.

        Returns:
            N×C×H×W.
        """
        height, width = x.shape[-2:]
        condition = self.embedding(time, labels)
        right, below = self.padding
        maps = self.stem(F.pixel_unshuffle(F.pad(x, (0, right, 0, below)), self.patch))
        kept = []
        for level, stage in enumerate(self.down):
            maps = stage(maps if level == 0 else self.halving[level - 1](maps), condition)
            kept.append(maps)
        maps = self.attention(self.middle(maps, condition))
        for level in reversed(range(len(self.sides))):
            maps = self.up[level](torch.cat([maps, kept[level]], dim=1), condition)
            if level:
                maps = enlarge(maps, self.doubling[level - 1], self.sides[level - 1])  # type: ignore[arg-type]
        picture: Tensor = F.pixel_shuffle(self.last(maps), self.patch)
        return picture[..., :height, :width]


class Embedding(nn.Module):
    """Time and label as one vector."""

    def __init__(self, outputs: int, classes: int) -> None:
        super().__init__()
        self.outputs = outputs
        self.time = nn.Sequential(nn.Linear(outputs, outputs), nn.SiLU(), nn.Linear(outputs, outputs))
        # The last row is "no label".
        self.labels = nn.Parameter(torch.randn(classes + 1, outputs)) if classes else None

    def forward(self, time: Tensor, labels: Tensor | None) -> Tensor:
        """N and N×K → N×outputs."""
        half = self.outputs // 2
        steps = torch.arange(half, device=time.device, dtype=time.dtype) / half
        angles = 1000 * time[:, None] * torch.exp(-math.log(10_000) * steps)
        condition: Tensor = self.time(torch.cat([angles.cos(), angles.sin()], dim=1))
        if self.labels is None:
            return condition
        if labels is None:
            return condition + self.labels[-1]
        return condition + labels @ self.labels[:-1] + (1 - labels.sum(1, keepdim=True)) * self.labels[-1]


class Attention(nn.Module):
    """Self-attention over the positions of a map, added to it; it begins at 0."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.norm = _norm(width)
        self.inputs = nn.Conv2d(width, 3 * width, 1)
        self.output = _zero(nn.Conv2d(width, width, 1))

    def forward(self, maps: Tensor) -> Tensor:
        """N×C×h×w → N×C×h×w."""
        queries, keys, values = self.inputs(self.norm(maps)).flatten(2).transpose(1, 2).chunk(3, dim=2)
        found = F.scaled_dot_product_attention(queries, keys, values)
        added: Tensor = self.output(found.transpose(1, 2).reshape(maps.shape))
        return maps + added


class _Stage(nn.Module):
    """Residual blocks one after the other."""

    def __init__(self, widths: Sequence[int], condition: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(_Block(wide, wider, condition) for wide, wider in pairwise(widths))

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        for block in self.blocks:
            maps = block(maps, condition)
        return maps


class _Block(nn.Module):
    """Two convolutions beside the identity; time and label scale and shift what is between them."""

    def __init__(self, inputs: int, outputs: int, condition: int) -> None:
        super().__init__()
        self.first = nn.Sequential(_norm(inputs), nn.SiLU(), nn.Conv2d(inputs, outputs, 3, padding=1))
        self.condition = nn.Linear(condition, 2 * outputs)
        self.norm = _norm(outputs)
        self.second = _zero(nn.Conv2d(outputs, outputs, 3, padding=1))
        self.straight = nn.Identity() if inputs == outputs else nn.Conv2d(inputs, outputs, 1)

    def forward(self, maps: Tensor, condition: Tensor) -> Tensor:
        scale, shift = self.condition(F.silu(condition))[:, :, None, None].chunk(2, dim=1)
        inner = F.silu(self.norm(self.first(maps)) * (1 + scale) + shift)
        done: Tensor = self.straight(maps) + self.second(inner)
        return done


def _norm(channels: int) -> nn.GroupNorm:
    return nn.GroupNorm(math.gcd(_LARGEST_GROUPS, channels), channels)


def _zero(layer: nn.Conv2d) -> nn.Conv2d:
    """A convolution that begins at 0."""
    nn.init.zeros_(layer.weight)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
    return layer
