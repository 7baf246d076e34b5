"""Default layers for style and content."""

import math
from collections.abc import Iterable, Mapping

from torch import nn

from pareidolia.networks.layers import Layer, is_map

_STAGES = 5
_CONTENT = 3
_RECTIFIERS = frozenset(
    """
    ReLU ReLU6 LeakyReLU PReLU RReLU ELU CELU SELU GELU SiLU Mish Softplus Hardswish Swish GELUTanh
    """.split()  # noqa: SIM905
)


def choose_style_layers(
    module: nn.Module, layers: Mapping[str, Layer], input_shape: tuple[int, int, int]
) -> tuple[tuple[str, ...], str | None]:
    """Choose the layers that describe style and content.

    SqueezeNet: features 1, 3, 5, 8, 12 and 8. All others: the first rectifier at each new resolution of the
    feature maps, then, while there are fewer than five, the further ones at the coarsest; content is the
    second rectifier of the fourth resolution, or the fourth style layer if there are fewer. For VGG these
    are Gatys' relu1_1 … relu5_1 and relu4_2. If there is no rectifier, the last layer at each resolution.

    Args:
        module: the network.
        layers: its layers.
        input_shape: C, H, W.

    Returns:
        At most five style layers from fine to coarse, and the content layer; none and None if there are no
            feature maps.
    """
    if is_squeezenet(module):
        return tuple(f"features.{index}" for index in (1, 3, 5, 8, 12)), "features.8"
    stages = _stages(layers.values(), input_shape)
    rectified = [[layer.name for layer in stage if layer.kind in _RECTIFIERS] for stage in stages]
    names = [stage for stage in rectified if stage] or [[stage[-1].name] for stage in stages]
    if not names:
        return (), None
    style = [*(stage[0] for stage in names), *names[-1][1:]][:_STAGES]
    content = names[_CONTENT][:2][-1] if len(names) > _CONTENT else style[: _CONTENT + 1][-1]
    return tuple(style), content


def is_squeezenet(module: nn.Module) -> bool:
    """Whether it is torchvision's SqueezeNet; asked without importing torchvision, which takes 180 MB."""
    return any(
        (kind.__module__, kind.__name__) == ("torchvision.models.squeezenet", "SqueezeNet")
        for kind in type(module).__mro__
    )


def _stages(layers: Iterable[Layer], input_shape: tuple[int, int, int]) -> list[list[Layer]]:
    """The feature maps in groups of falling resolution, each in the order of their computation.

    A new group has at most half the positions: unpadded convolutions that cut the edges off do not count.
    """
    stages: list[list[Layer]] = []
    for layer in sorted(layers, key=lambda each: each.finish):
        if not is_map(layer.shape, input_shape) or 1 in layer.shape[1:]:
            continue
        rows, columns = layer.shape[1:]
        positions = math.prod(stages[-1][0].shape[1:]) if stages else math.inf
        if rows * columns <= positions / 2:
            stages.append([layer])
        elif rows * columns <= positions:
            stages[-1].append(layer)
    return stages
