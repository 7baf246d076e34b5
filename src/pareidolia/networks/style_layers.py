"""Which layers show style and content, where the user names none."""

import math
from collections.abc import Iterable, Mapping

from torch import nn
from torchvision.models import SqueezeNet

from pareidolia.networks.layers import Layer

_STAGES = 5
_RECTIFIERS = frozenset(
    """
    ReLU ReLU6 LeakyReLU PReLU RReLU ELU CELU SELU GELU SiLU Mish Softplus Hardswish Swish GELUTanh
    """.split()  # noqa: SIM905
)


def choose_style_layers(
    module: nn.Module, layers: Mapping[str, Layer], input_shape: tuple[int, int, int]
) -> tuple[tuple[str, ...], str | None]:
    """The style layers, at most five from fine to coarse, and the content layer (None: no feature maps).

    SqueezeNet: features 1, 3, 5, 8, 12 and 8. All others: the first rectifier at each new, smaller resolution
    of the feature maps, or the last layer there if no module rectifies; content is the second rectifier of
    the fourth resolution (of the last, if fewer). For VGG these are Gatys' relu1_1 … relu5_1 and relu4_2.
    """
    if isinstance(module, SqueezeNet):
        return tuple(f"features.{index}" for index in (1, 3, 5, 8, 12)), "features.8"
    stages = [_candidates(stage) for stage in _stages(layers.values(), input_shape)][:_STAGES]
    if not stages:
        return (), None
    fourth = stages[min(3, len(stages) - 1)]
    return tuple(stage[0] for stage in stages), fourth[min(1, len(fourth) - 1)]


def _stages(layers: Iterable[Layer], input_shape: tuple[int, int, int]) -> list[list[Layer]]:
    """The feature maps in groups of falling resolution, each in the order in which they are done."""
    _, height, width = input_shape
    stages: list[list[Layer]] = []
    for layer in sorted(layers, key=lambda each: each.finish):
        if len(layer.shape) != 3 or layer.shape[1] == 1 or layer.shape[2] == 1:
            continue
        rows, columns = layer.shape[1:]
        if abs(rows * width - columns * height) > max(height, width):
            continue  # not rows and columns of the picture: channels come last
        if not stages or rows * columns < math.prod(stages[-1][0].shape[1:]):
            stages.append([layer])
        elif layer.shape[1:] == stages[-1][0].shape[1:]:
            stages[-1].append(layer)
    return stages


def _candidates(stage: list[Layer]) -> list[str]:
    rectifiers = [layer.name for layer in stage if layer.kind in _RECTIFIERS]
    return rectifiers or [stage[-1].name]
