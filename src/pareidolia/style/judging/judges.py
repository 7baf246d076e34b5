"""The networks that judge, and the layers through which they do."""

from dataclasses import dataclass

import torch

from pareidolia.networks import Network, load_network
from pareidolia.settings.default_networks import JUDGE


@dataclass(frozen=True)
class Judge:
    """A network and its layers.

    Attributes:
        network: that looks.
        layers: whose Gram matrices are compared.
        content: the layer whose maps are compared, one of `layers`.
    """

    network: Network
    layers: tuple[str, ...]
    content: str


# EfficientNet-Lite2 decides: whatever paints or trains refuses it. VGG-19 is reported: one may paint through
# it.
_LAYERS = {
    JUDGE: tuple(f"blocks.{number}" for number in (0, 1, 2, 4, 6)),
    "vgg19": tuple(f"relu{block}_1" for block in range(1, 6)),
}
_CONTENT = 3
JUDGES = tuple(_LAYERS)
"""The networks by name; the first decides."""


def load_judge(name: str, device: torch.device | str = "cpu") -> Judge:
    """Load a judge.

    Args:
        name: one of `JUDGES`.
        device: where it computes.

    Returns:
        The judge.

    Raises:
        MissingExtra: If its wheel is not installed.
        BadNetwork: If the wheel is not whole.
    """
    layers = _LAYERS[name]
    return Judge(load_network(name, device=str(device)), layers, layers[_CONTENT])
