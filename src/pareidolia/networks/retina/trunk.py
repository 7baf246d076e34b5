"""The network itself: five stages of 3×3 convolutions, ReLU and 2×2 max pooling; then a head with classes."""

from collections import OrderedDict
from pathlib import Path

from torch import nn

WEIGHTS = Path(__file__).with_name("retina.safetensors")
CLASSES = Path(__file__).with_name("classes.txt")
INPUT_SHAPE = (3, 224, 224)
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
WIDTHS = (24, 32, 80, 160, 256)
DEPTHS = (2, 2, 3, 3, 1)
HEAD_WIDTH = 384
CLASS_COUNT = 118
STYLE_LAYERS = tuple(f"stage{stage}.relu1" for stage in range(1, 6))
CONTENT_LAYER = "stage4.relu2"


def stage(channels: int, width: int, depth: int, *, pool: bool = True) -> nn.Sequential:
    """conv1, relu1, … conv`depth`, relu`depth`, pool: `width` channels, and half the height and width."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for number in range(1, depth + 1):
        layers[f"conv{number}"] = nn.Conv2d(channels if number == 1 else width, width, 3, padding=1)
        layers[f"relu{number}"] = nn.ReLU()
    if pool:
        layers["pool"] = nn.MaxPool2d(2)
    return nn.Sequential(layers)


def build_trunk() -> nn.Sequential:
    """stage1 … stage5 with random weights: what painting looks through.

    Takes N×3×H×W, H and W at least 32, normalised with `MEAN` and `STD`; gives N×256×⌊H/32⌋×⌊W/32⌋. The
    first ReLU of each stage plays the part of VGG-19's reluK_1 (Simonyan and Zisserman 2015), at H/1 … H/16.
    """
    inputs = (INPUT_SHAPE[0], *WIDTHS)
    stages = (stage(*sizes) for sizes in zip(inputs, WIDTHS, DEPTHS, strict=False))
    return nn.Sequential(OrderedDict((f"stage{k}", each) for k, each in enumerate(stages, 1)))


def build(classes: int = CLASS_COUNT) -> nn.Sequential:
    """The whole network with random weights; those of `WEIGHTS` load into it strictly.

    The trunk, stage6 (one more convolution), and a head: mean over positions, then one linear layer (as class
    activation maps want it: Zhou et al. 2016). Gives N×`classes` scores; `CLASSES` names the shipped ones.
    """
    network = build_trunk()
    network.add_module("stage6", stage(WIDTHS[-1], HEAD_WIDTH, 1, pool=False))
    head = {
        "mean": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "classes": nn.Linear(HEAD_WIDTH, classes),
    }
    network.add_module("head", nn.Sequential(OrderedDict(head)))
    return network
