"""Finding the kernels of a layer, in the units of its input."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import prod

import torch
from torch import Tensor, nn

from pareidolia.networks import Network, NetworkLike, as_network
from pareidolia.settings import BadNetwork

# Convolutions of pictures come in these kinds; those over time or volumes are left out.
_Kernelled = nn.Conv2d | nn.Linear


@dataclass(frozen=True)
class Kernels:
    """The weights of a layer, one kernel a unit.

    Attributes:
        layer: its name.
        weights: U×C×h×w. If `sees_pixels`, per unit of a pixel's value in [0, 1] (see `find_kernels`); C is
            the number of channels of a unit's group.
        sees_pixels: whether the layer's input is the picture itself.
        groups: number of groups of input channels; unit u sees group u·groups // U.
    """

    layer: str
    weights: Tensor
    sees_pixels: bool
    groups: int = 1

    def input_channel(self, unit: int, channel: int) -> int:
        """The number among all input channels of a unit's kernel's `channel`."""
        units, channels = self.weights.shape[:2]
        return unit * self.groups // units * channels + channel


def find_kernels(network: NetworkLike = None, layer: str | None = None) -> Kernels:
    """Find the kernels of a layer.

    The network sees (x − mean) / std of a picture x in [0, 1], so a first kernel w acts on x as w / std,
    channel by channel, up to a constant: this is returned, so that its colours are those of the picture.
    A first fully connected layer counts: its kernels are as large as the picture.

    Args:
        network: the network.
        layer: its name; None takes the first layer that sees the picture.

    Returns:
        The kernels.

    Raises:
        UnknownName: If there is no such layer.
        BadNetwork: If the layer, or the whole network, has no kernels.
    """
    network = as_network(network)
    first = _first(network)
    name = layer or first
    if name is None:
        raise BadNetwork(
            f"{network.name} has no convolution that looks at the picture: name one with --layer"
        )
    network.layer(name)
    module = network.module.get_submodule(name)
    sees_pixels = name == first
    if isinstance(module, nn.Linear) and sees_pixels:
        weights = module.weight.detach().reshape(-1, *network.input_shape)
        groups = 1
    elif isinstance(module, nn.Conv2d):
        weights, groups = module.weight.detach(), module.groups
    else:
        known = ", ".join(each for each, _ in _convolutions(network))
        raise BadNetwork(
            f"layer '{name}' of {network.name}, {type(module).__name__}, has no kernels of rows and columns; "
            f"its convolutions are {known or 'none'}"
        )
    weights = weights.float().cpu()
    if sees_pixels:
        weights = weights / torch.tensor(network.std).view(1, -1, 1, 1)
    return Kernels(name, weights, sees_pixels, groups)


def _first(network: Network) -> str | None:
    """The first convolution or fully connected layer, if it takes whole pictures."""
    for name in network.layers:
        module = network.module.get_submodule(name)
        if isinstance(module, nn.Conv2d):
            takes = module.in_channels == network.input_shape[0] and module.groups == 1
            return name if takes else None
        if isinstance(module, nn.Linear):
            return name if module.in_features == prod(network.input_shape) else None
    return None


def _convolutions(network: Network) -> Iterator[tuple[str, nn.Conv2d]]:
    for name in network.layers:
        module = network.module.get_submodule(name)
        if isinstance(module, nn.Conv2d):
            yield name, module
