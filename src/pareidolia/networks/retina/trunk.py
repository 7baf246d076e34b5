"""The network itself: five stages of 3×3 convolutions, ReLU and 2×2 max pooling; then a head with classes."""

from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from torch import nn

WEIGHTS = Path(__file__).with_name("retina.safetensors")
CLASSES = Path(__file__).with_name("classes.txt")
INPUT_SHAPE = (3, 224, 224)
MEAN = (0.485, 0.456, 0.406)
STD = (0.229, 0.224, 0.225)
WIDTHS = ((20, 24), (52, 48), (112, 96, 96), (224, 128, 128), (320,))
"""Channels of each convolution of each stage.

Painting looks at the first map of a stage, so it is the widest. So many linear combinations of their own
channels explain VGG-19's five maps to 0.99, 0.93, 0.93, 0.95 and 0.92: these are bounds.
"""
HEAD_WIDTH = 384
CLASS_COUNT = 1000
STYLE_LAYERS = tuple(f"stage{stage}.relu1" for stage in range(1, 6))
CONTENT_LAYER = "stage4.relu2"


def stage(channels: int, widths: Sequence[int], *, pool: bool = True) -> nn.Sequential:
    """conv1, relu1, conv2, …, pool: maps of so many channels each, then half the height and width."""
    layers: OrderedDict[str, nn.Module] = OrderedDict()
    for number, (before, width) in enumerate(pairwise((channels, *widths)), 1):
        layers[f"conv{number}"] = nn.Conv2d(before, width, 3, padding=1)
        layers[f"relu{number}"] = nn.ReLU()
    if pool:
        layers["pool"] = nn.MaxPool2d(2)
    return nn.Sequential(layers)


def build_trunk(widths: Sequence[Sequence[int]] = WIDTHS) -> nn.Sequential:
    """stage1 … stage5 with random weights: what painting looks through.

    Takes N×3×H×W, H and W at least 32, normalised with `MEAN` and `STD`; gives N×320×⌊H/32⌋×⌊W/32⌋. The
    first ReLU of each stage plays the part of VGG-19's reluK_1 (Simonyan and Zisserman 2015), at H/1 … H/16.
    """
    inputs = (INPUT_SHAPE[0], *(each[-1] for each in widths))
    stages = (stage(*sizes) for sizes in zip(inputs, widths, strict=False))
    return nn.Sequential(OrderedDict((f"stage{k}", each) for k, each in enumerate(stages, 1)))


def build(
    classes: int = CLASS_COUNT, widths: Sequence[Sequence[int]] = WIDTHS, head_width: int = HEAD_WIDTH
) -> nn.Sequential:
    """The whole network with random weights; those of `WEIGHTS` load into it strictly.

    The trunk, stage6 (one more convolution), and a head: mean over positions, then one linear layer (as class
    activation maps want it: Zhou et al. 2016). Gives N×`classes` scores; `CLASSES` names the shipped ones.
    """
    network = build_trunk(widths)
    network.add_module("stage6", stage(widths[-1][-1], (head_width,), pool=False))
    head = {
        "mean": nn.AdaptiveAvgPool2d(1),
        "flatten": nn.Flatten(),
        "classes": nn.Linear(head_width, classes),
    }
    network.add_module("head", nn.Sequential(OrderedDict(head)))
    return network
