"""What is assumed about a network of the user's own: its pictures' shape and how they are normalised."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from pareidolia.settings import BadNetwork

_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_STD = (0.229, 0.224, 0.225)
_DEFAULT_SIZE = (224, 224)

Shape = tuple[int, int, int]
"""Channels, height and width."""


@dataclass(frozen=True)
class Assumptions:
    """How pictures are prepared for a network, and in words what of it was assumed."""

    input_shape: Shape
    mean: tuple[float, ...]
    std: tuple[float, ...]
    assumed: tuple[str, ...]


def assume(
    module: nn.Module,
    *,
    mean: Sequence[float] | None = None,
    std: Sequence[float] | None = None,
    input_shape: Shape | None = None,
) -> Assumptions:
    """What is given, and where it is not, what most networks take.

    The channels are those of the first convolution (else 3), the size is what the network itself states, else
    224x224. Networks that take three channels get ImageNet's mean and standard deviation, others 0 and 1.
    """
    stated = _stated_size(module)
    shape = input_shape or (_first_channels(module), *(stated or _DEFAULT_SIZE))
    colored = shape[0] == len(_IMAGENET_MEAN)
    missing = [what for what, given in (("mean", mean), ("std", std)) if given is None]
    words = []
    if missing and colored:
        words.append(f"ImageNet's {' and '.join(missing)}")
    elif missing:
        plain = {"mean": "mean 0", "std": "std 1"}
        words.append(" and ".join(plain[what] for what in missing))
    if input_shape is None and stated is None:
        words.append("x".join(map(str, shape)))
    return Assumptions(
        shape,
        tuple(mean) if mean is not None else _IMAGENET_MEAN if colored else (0.0,) * shape[0],
        tuple(std) if std is not None else _IMAGENET_STD if colored else (1.0,) * shape[0],
        tuple(words),
    )


def read_shape(text: str) -> Shape:
    """Read the shape "CxHxW"; any other text is a `BadNetwork`."""
    if not re.fullmatch(r"[1-9]\d*x[1-9]\d*x[1-9]\d*", text):
        raise BadNetwork(
            f"'{text}' is not an input shape: write channels, height and width as CxHxW, e.g. 3x224x224"
        )
    channels, height, width = (int(number) for number in text.split("x"))
    return channels, height, width


def _first_channels(module: nn.Module) -> int:
    first = next((each.in_channels for each in module.modules() if isinstance(each, nn.Conv2d)), 3)
    return first or 3  # a lazy convolution has none yet


def _stated_size(module: nn.Module) -> tuple[int, int] | None:
    """Height and width that a part of it says it was made for, in timm's words or in torchvision's."""
    for each in module.modules():
        match getattr(each, "img_size", None) or getattr(each, "image_size", None):
            case int() as side:
                return side, side
            case (int() as height, int() as width):
                return height, width
    return None
