"""The network itself: five stages of 3×3 convolutions with ReLU, 2×2 max pooling between them."""

from collections import OrderedDict
from pathlib import Path

from torch import nn

WEIGHTS = Path(__file__).with_name("retina.safetensors")
INPUT_SHAPE = (3, 224, 224)
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
WIDTHS = (24, 32, 80, 160, 256)
DEPTHS = (2, 2, 3, 3, 1)
STYLE_LAYERS = tuple(f"stage{stage}.relu1" for stage in range(1, 6))
CONTENT_LAYER = "stage4.relu2"


def stage(channels: int, width: int, depth: int, *, pool: bool) -> nn.Sequential:
    """conv1, relu1, … conv`depth`, relu`depth`, pool: `width` channels, and half the height and width."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for number in range(1, depth + 1):
        layers[f"conv{number}"] = nn.Conv2d(channels if number == 1 else width, width, 3, padding=1)
        layers[f"relu{number}"] = nn.ReLU()
    if pool:
        layers["pool"] = nn.MaxPool2d(2)
    return nn.Sequential(layers)


def build() -> nn.Sequential:
    """The trunk with random weights; those of `WEIGHTS` load into it strictly.

    Takes N×3×H×W, H and W at least 16, normalised with `MEAN` and `STD`; gives N×256×⌊H/16⌋×⌊W/16⌋, the
    map of stage5.relu1. The first ReLU of each stage plays the part of VGG-19's reluK_1 (Simonyan and
    Zisserman 2015).
    """
    channels = (INPUT_SHAPE[0], *WIDTHS)
    last = len(WIDTHS) - 1
    return nn.Sequential(
        OrderedDict(
            (f"stage{k + 1}", stage(channels[k], WIDTHS[k], DEPTHS[k], pool=k < last))
            for k in range(last + 1)
        )
    )
