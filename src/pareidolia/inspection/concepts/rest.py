"""The rest of a network: what it makes of a layer's activations when these are given."""

from typing import Any

import torch
from torch import Tensor

from pareidolia.networks import Network, preserve_state
from pareidolia.settings import PareidoliaError


class RestOfNetwork:
    """What a network makes of a layer's activations when these are given: scores of one class a photo.

    Args:
        network: the network.
        layer: name of the layer, whose module gives one tensor.
    """

    def __init__(self, network: Network, layer: str) -> None:
        self._network, self._layer = network, layer
        self._module, self._calls = network.module.get_submodule(layer), network.layer(layer).calls

    def given(self, picture: Tensor) -> tuple[Tensor, Tensor]:
        """What the layer's module gives for a picture, as it gives it, and the class scores K."""
        kept: list[Tensor] = []

        def keep(_module: Any, _inputs: Any, output: Any) -> None:
            if not isinstance(output, Tensor):
                raise PareidoliaError(f"{self._layer} gives several tensors: importance needs a layer of one")
            kept.append(output.detach().clone())

        with preserve_state(self._network.module), torch.no_grad():
            self._module.register_forward_hook(keep)
            scores = self._network(picture)
        return kept[-1], scores[0]

    def scores(self, picture: Tensor, activations: Tensor) -> Tensor:
        """The class scores N×K where the layer gives these N activations instead; differentiable."""
        calls = 0

        def replace(_module: Any, _inputs: Any, output: Any) -> Any:
            nonlocal calls
            calls += 1
            return activations if calls == self._calls else None

        with preserve_state(self._network.module):
            self._module.register_forward_hook(replace)
            return self._network(picture.expand(len(activations), -1, -1, -1))
