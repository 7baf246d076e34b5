"""Encoders and decoders: fully connected for the papers' numbers, convolutional for 28 to 256 px.

No batch normalisation anywhere: a sample's result never depends on its neighbours in the batch, so several
devices compute what one would.
"""

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.generative.settings import ArchitectureSettings

Shape = tuple[int, int, int]
ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "leaky-relu": lambda: nn.LeakyReLU(0.2),
    "tanh": nn.Tanh,
    "silu": nn.SiLU,
}
_LARGEST_FOR_MLP = 28
_SMALLEST_MAP = 4


def make_encoder(
    settings: ArchitectureSettings, shape: Shape, outputs: int, *, whole: bool = False
) -> nn.Module:
    """Make a network N×C×H×W → N×outputs.

    Args:
        settings: of the model.
        shape: C, H, W.
        outputs: number of outputs.
        whole: whether a convolutional network has the settings' fully connected layers too, and so can
            compare parts of the picture. Without them its outputs are sums over windows of 12 px (at 28 px):
            a VAE learns such codes sooner, but such a discriminator takes any heap of good strokes for a
            digit.

    Returns:
        The network.
    """
    if settings.network == "residual":
        from pareidolia.generative.residual import ResidualEncoder

        return ResidualEncoder(shape, outputs, settings)
    if _is_mlp(settings, shape):
        return nn.Sequential(nn.Flatten(), mlp((math.prod(shape), *settings.hidden, outputs), settings))
    return ConvolutionalEncoder(shape, outputs, settings, settings.hidden if whole else ())


def make_decoder(
    settings: ArchitectureSettings, inputs: int, shape: Shape, *, whole: bool = False
) -> nn.Module:
    """Make a network N×inputs → N×C×H×W; its last layer's bias is `decoder.bias` (C×H×W or C).

    Args:
        settings: of the model.
        inputs: length of a code.
        shape: C, H, W.
        whole: the mirror image of such an encoder.

    Returns:
        The network.
    """
    if settings.network == "residual":
        from pareidolia.generative.residual import ResidualDecoder

        return ResidualDecoder(inputs, shape, settings)
    if _is_mlp(settings, shape):
        widths = (inputs, *reversed(settings.hidden), math.prod(shape))
        return nn.Sequential(mlp(widths, settings), nn.Unflatten(1, shape))
    return ConvolutionalDecoder(inputs, shape, settings, settings.hidden if whole else ())


def set_output(decoder: nn.Module, mean: Tensor) -> None:
    """Set the last layer so that an untrained decoder outputs about `mean`, C×H×W (or its colour).

    If it begins at 0, a convolutional VAE puts the pictures' brightness into its codes, whose mean then is
    far from the prior's; and if the code's contribution is loud noise at first, the decoder learns to ignore
    the code and its KL stays at 0. So a convolution's weights begin at a tenth.
    """
    last = [each for each in decoder.modules() if isinstance(each, nn.Linear | nn.Conv2d)][-1]
    assert last.bias is not None
    with torch.no_grad():
        if isinstance(last, nn.Linear):
            last.bias.copy_(mean.flatten())
        else:
            last.bias.copy_(mean.mean((1, 2)))
            last.weight.mul_(0.1)


def mlp(widths: Sequence[int], settings: ArchitectureSettings) -> nn.Sequential:
    """Fully connected layers of these widths with activations between; Glorot's start, biases 0."""
    layers: list[nn.Module] = []
    for fan_in, fan_out in pairwise(widths):
        layer = nn.Linear(fan_in, fan_out)
        nn.init.xavier_uniform_(layer.weight)
        nn.init.zeros_(layer.bias)
        layers += [layer, ACTIVATIONS[settings.activation]()]
    return nn.Sequential(*layers[:-1])


class ConvolutionalEncoder(nn.Sequential):
    """Halves the picture until it is 4 to 7 px, doubling the channels; then fully connected layers.

    Kernels of 4 with stride 2 cover each pixel equally often. Kernels of 3 cover every second one twice, and
    a generator learns that lattice from the gradients of such a discriminator (Odena et al. 2016).
    """

    def __init__(
        self, shape: Shape, outputs: int, settings: ArchitectureSettings, hidden: Sequence[int]
    ) -> None:
        sides = sides_of(shape)
        widths = widths_of(settings.width, len(sides))
        layers: list[nn.Module] = [nn.Conv2d(shape[0], widths[0], 3, padding=1)]
        for fan_in, fan_out in pairwise(widths):
            layers += [ACTIVATIONS[settings.activation](), nn.Conv2d(fan_in, fan_out, 4, stride=2, padding=1)]
        layers += [ACTIVATIONS[settings.activation](), nn.Flatten()]
        layers.append(_dense((widths[-1] * math.prod(sides[-1]), *hidden, outputs), settings))
        super().__init__(*layers)
        _start(self)


class ConvolutionalDecoder(nn.Module):
    """The encoder's mirror image, of nearest-neighbour enlargement and convolution: no checkerboard."""

    def __init__(
        self, inputs: int, shape: Shape, settings: ArchitectureSettings, hidden: Sequence[int]
    ) -> None:
        super().__init__()
        self.sides = sides_of(shape)[::-1]
        widths = widths_of(settings.width, len(self.sides))[::-1]
        maps = widths[0] * math.prod(self.sides[0])
        self.start = _dense((inputs, *reversed(hidden), maps), settings)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(fan_in, fan_out, 3, padding=1) for fan_in, fan_out in pairwise(widths)
        )
        self.activation = ACTIVATIONS[settings.activation]()
        self.last = nn.Conv2d(widths[-1], shape[0], 3, padding=1)
        _start(self)

    def forward(self, z: Tensor) -> Tensor:
        """N×inputs → N×C×H×W."""
        maps = self.activation(self.start(z)).unflatten(1, (-1, *self.sides[0]))
        # A tenth of a GAN's step is saved where no convolution has to turn its maps.
        maps = maps.contiguous(memory_format=torch.channels_last)
        for convolution, side in zip(self.convolutions, self.sides[1:], strict=True):
            maps = self.activation(enlarge(maps, cast(nn.Conv2d, convolution), side))
        picture: Tensor = self.last(maps)
        return picture


def enlarge(maps: Tensor, convolution: nn.Conv2d, side: tuple[int, int]) -> Tensor:
    """Nearest-neighbour enlargement of N×C×h×w to `side`, then a 3x3 convolution that pads with zeros.

    To twice the size both are one transposed convolution with stride 2, whose kernel is the sum of four
    shifted copies of the 3x3 one: the same numbers for 16 products instead of 36, two to three times as fast.
    """
    height, width = maps.shape[-2:]
    if side != (2 * height, 2 * width):
        enlarged: Tensor = convolution(F.interpolate(maps, side, mode="nearest"))
        return enlarged
    turned = convolution.weight.flip(-2, -1).transpose(0, 1)
    kernel = sum(F.pad(turned, (left, 1 - left, top, 1 - top)) for top in (0, 1) for left in (0, 1))
    return F.conv_transpose2d(maps, cast(Tensor, kernel), convolution.bias, stride=2, padding=1)


def _dense(widths: Sequence[int], settings: ArchitectureSettings) -> nn.Module:
    """As `mlp`; but one layer alone keeps torch's start, which is quieter than Glorot's."""
    return mlp(widths, settings) if len(widths) > 2 else nn.Linear(widths[0], widths[-1])


def _is_mlp(settings: ArchitectureSettings, shape: Shape) -> bool:
    if settings.network == "auto":
        return max(shape[1:]) <= _LARGEST_FOR_MLP
    return settings.network == "mlp"


def sides_of(shape: Shape) -> list[tuple[int, int]]:
    """Sizes of the maps from the picture's to the smallest."""
    sides = [shape[1:]]
    while min(sides[-1]) >= 2 * _SMALLEST_MAP:
        sides.append((sides[-1][0] // 2, sides[-1][1] // 2))
    return sides


def widths_of(width: int, count: int) -> list[int]:
    """Channels of maps of so many sizes, from the picture's to the smallest."""
    return [width * min(2**k, 8) for k in range(count)]


def _start(network: nn.Module) -> None:
    """He's start for the convolutions: without normalisation, torch's own makes signals fade."""
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d) and layer.bias is not None:
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
