"""Pictures as the features of a named network."""

import torch
from torch import Tensor

from pareidolia.networks import Network
from pareidolia.pictures import fit, over_white, resize
from pareidolia.settings import BadNetwork

_AT_ONCE = 50


class FeatureNetwork:
    """A layer of a network, averaged over rows and columns.

    Figures made with different networks, layers or sizes cannot be compared; `name` has all three.

    Args:
        network: any.
        layer: by name; None takes the last that has rows and columns.
        size: pictures are enlarged or shrunk to this longer side.

    Raises:
        BadNetwork: If the layer is neither a map nor a vector, or no layer has rows and columns.
    """

    def __init__(self, network: Network, layer: str | None = None, size: int = 64) -> None:
        self._network, self._size = network, size
        self._layer = layer or network.last_map
        if len(network.layer(self._layer).shape) not in (1, 3):
            raise BadNetwork(
                f"{self._layer} of {network.name} is neither a map nor a vector: name another layer"
            )

    @property
    def name(self) -> str:
        """Network, layer and size."""
        return f"{self._network.name} {self._layer}, {self._size} px"

    @torch.no_grad()
    def __call__(self, pictures: Tensor) -> Tensor:
        """N×C×H×W in [0, 1] → N×D, double, on the CPU. Grey pictures are seen as grey colours."""
        height, width = pictures.shape[-2:]
        size = fit((height, width), self._size)
        found = []
        for part in torch.split(pictures, _AT_ONCE):
            seen = resize(over_white(part), size).clamp(0, 1).to(self._network.device)
            maps = self._network.record(seen, [self._layer])[self._layer]
            found.append(maps.flatten(2).mean(2).cpu().double() if maps.ndim > 2 else maps.cpu().double())
        return torch.cat(found)
