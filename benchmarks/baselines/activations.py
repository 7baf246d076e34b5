"""Activations as large as authors' code expects them: those of torchvision's VGG.

That sees pictures of unit variance. The original VGG-19 sees levels of 0 to 255, and its activations are as
much larger, which is no matter to cosines, but to all that is compared by squares or has a constant.
"""

from collections.abc import Iterable

from torch import Tensor

from pareidolia.networks import Network

UNIT = 1 / (255 * 0.226)
"""A level of 255 in standard deviations of ImageNet's pixels."""


def unit_activations(network: Network, picture: Tensor, layers: Iterable[str]) -> dict[str, Tensor]:
    """The maps of `layers`, as `Network.record` gives them, of a network that sees levels of 0 to 255."""
    return {layer: maps * UNIT for layer, maps in network.record(picture, layers).items()}
