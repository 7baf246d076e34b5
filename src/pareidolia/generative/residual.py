"""Residual encoders and decoders for pictures of colour (Liu et al. 2021, "FastGAN", without its batch norm).

Both halve or double the size at each block, with a straight way beside the convolutions. In the decoder
maps of a block three sizes smaller choose the channels of a larger one (skip-layer excitation): a short way
for gradients, and the small picture decides what the large one is made of.
"""

import math
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.generative.networks import ACTIVATIONS, Shape, sides_of, widths_of
from pareidolia.generative.settings import ArchitectureSettings

_APART = 3
"""Doublings between the maps that choose and those whose channels are chosen."""
_LARGEST = 256


class ResidualDecoder(nn.Module):
    """N×inputs → N×C×H×W, before the sigmoid.

    Args:
        inputs: length of a code.
        shape: C, H, W.
        settings: of the model.
    """

    def __init__(self, inputs: int, shape: Shape, settings: ArchitectureSettings) -> None:
        super().__init__()
        self.sides = sides_of(shape)[::-1]
        widths = widths_of(settings.width, len(self.sides))[::-1]
        self.start = nn.Linear(inputs, widths[0] * math.prod(self.sides[0]))
        self.blocks = nn.ModuleList(
            Enlarging(few, many, settings.activation) for few, many in pairwise(widths)
        )
        self.choices = nn.ModuleList(
            _Choice(widths[small], widths[small + _APART]) for small in range(len(widths) - _APART)
        )
        self.activation = ACTIVATIONS[settings.activation]()
        self.last = nn.Conv2d(widths[-1], shape[0], 3, padding=1)
        _start(self)

    def forward(self, z: Tensor) -> Tensor:
        """N×inputs → N×C×H×W."""
        first = self.start(z).unflatten(1, (-1, *self.sides[0]))
        # As in `networks.ConvolutionalDecoder`: no convolution has to turn its maps then.
        maps = [first.contiguous(memory_format=torch.channels_last)]
        for number, (block, side) in enumerate(zip(self.blocks, self.sides[1:], strict=True), start=1):
            grown = block(maps[-1], side)
            if number >= _APART:
                grown = grown * self.choices[number - _APART](maps[number - _APART])
            maps.append(grown)
        picture: Tensor = self.last(self.activation(unit_length(maps[-1])))
        return picture


class ResidualEncoder(nn.Module):
    """N×C×H×W in [-1, 1] → N×outputs.

    Args:
        shape: C, H, W.
        outputs: number of outputs.
        settings: of the model.
    """

    def __init__(self, shape: Shape, outputs: int, settings: ArchitectureSettings) -> None:
        super().__init__()
        sides = sides_of(shape)
        widths = widths_of(settings.width, len(sides))
        self.first = nn.Conv2d(shape[0], widths[0], 3, padding=1)
        self.blocks = nn.Sequential(
            *(Shrinking(few, many, settings.activation) for few, many in pairwise(widths))
        )
        self.judge = nn.Sequential(
            ACTIVATIONS[settings.activation](),
            nn.Conv2d(widths[-1], widths[-1], 3, padding=1),
            ACTIVATIONS[settings.activation](),
            nn.Flatten(),
            nn.Linear(widths[-1] * math.prod(sides[-1]), _LARGEST),
            ACTIVATIONS[settings.activation](),
            nn.Linear(_LARGEST, outputs),
        )
        _start(self)

    def forward(self, pictures: Tensor) -> Tensor:
        """N×C×H×W → N×outputs."""
        logits: Tensor = self.judge(self.blocks(self.first(pictures)))
        return logits


def unit_length(maps: Tensor) -> Tensor:
    """Maps N×C×H×W whose channels have a mean square of 1 at each position (Karras et al. 2018)."""
    return maps * (maps.square().mean(1, keepdim=True) + 1e-8).rsqrt()


class Enlarging(nn.Module):
    """N×few×h×w → N×many×H×W.

    Paper: it repeats pixels. Smoothly enlarged maps have no squares, whose borders are hard to learn away.
    """

    def __init__(self, inputs: int, outputs: int, activation: str) -> None:
        super().__init__()
        self.enlarging = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.straight = nn.Conv2d(inputs, outputs, 1, bias=False)
        self.activation = ACTIVATIONS[activation]()

    def forward(self, maps: Tensor, side: tuple[int, int]) -> Tensor:
        inner = F.interpolate(self.activation(unit_length(maps)), side, mode="bilinear")
        inner = self.second(self.activation(unit_length(self.enlarging(inner))))
        straight = F.interpolate(self.straight(maps), side, mode="bilinear")
        grown: Tensor = (inner + straight) * 0.5**0.5
        return grown


class Shrinking(nn.Module):
    """N×few×H×W → N×many×h×w, half the size."""

    def __init__(self, inputs: int, outputs: int, activation: str) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            ACTIVATIONS[activation](),
            nn.Conv2d(inputs, inputs, 3, padding=1),
            ACTIVATIONS[activation](),
            # Kernels of 4 cover each pixel equally often, see `networks.ConvolutionalEncoder`.
            nn.Conv2d(inputs, outputs, 4, stride=2, padding=1),
        )
        self.straight = nn.Conv2d(inputs, outputs, 1, bias=False)

    def forward(self, maps: Tensor) -> Tensor:
        shrunk: Tensor = (self.layers(maps) + self.straight(F.avg_pool2d(maps, 2))) * 0.5**0.5
        return shrunk


class _Choice(nn.Module):
    """What share of each channel of larger maps is kept: N×small×h×w → N×large×1×1 in (0, 1)."""

    def __init__(self, small: int, large: int) -> None:
        super().__init__()
        self.inner = nn.Linear(small * 16, large)
        self.outer = nn.Linear(large, large)

    def forward(self, maps: Tensor) -> Tensor:
        seen = F.adaptive_avg_pool2d(maps, 4).flatten(1)
        chosen: Tensor = self.outer(F.silu(self.inner(seen))).sigmoid()
        return chosen[:, :, None, None]


def _start(network: nn.Module) -> None:
    """He's start, biases 0."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
