"""Places ranked by what they say for a class, instead of by how strong they are.

A unit's strongest patches need not be those that it is used for: of an activation a, a · ∂S/∂a is what it
adds to the class's score S where the rest of the network is linear. Ranked so, a unit that serves several
classes shows what it does for one.
"""

from collections.abc import Mapping
from typing import Annotated, ClassVar

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from pareidolia.collecting import Accumulator, Ranking, TopActivations, begin_accumulator
from pareidolia.collecting.top_activations import TopActivationsAccumulator
from pareidolia.inspection.attribution.cam import activations_and_gradients
from pareidolia.inspection.targets import ClassTarget
from pareidolia.networks import Network


class TopForClass(TopActivations):
    """Keep the places of every unit where activation × gradient of a class is largest, a picture each.

    It stands here, not among the settings: a worker that is sent one imports this module, which registers its
    accumulator.
    """

    form: ClassVar[str] = "Strongest for a class"
    """What manifests call it."""

    index: Annotated[int, Field(ge=0, description="Number of the class.")]


class TopForClassAccumulator(TopActivationsAccumulator):
    """The running top-k of activation × gradient; a pass forward and back for each layer."""

    def __init__(self, spec: TopForClass, network: Network, layers: Mapping[str, tuple[int, ...]]) -> None:
        super().__init__(spec, network, layers)
        self._target = ClassTarget((spec.index,))

    def ranked(self, pictures: Tensor) -> dict[str, Tensor]:
        """By layer a · ∂S/∂a at all places, N×C×h×w or N×C."""
        found = {}
        for name in self.layers:
            maps, signals = activations_and_gradients(self.network, pictures, self._target, name)
            found[name] = torch.mul(maps, signals)
        return found


def most_used(ranking: Ranking, count: int) -> list[int]:
    """The units that add most to the class's score, by the sum of what is kept of each that is above 0.

    Args:
        ranking: of activation × gradient.
        count: how many at most.

    Returns:
        Their channels, the first adds most; at least one.
    """
    added = ranking.values.clip(min=0).sum(axis=1)
    order = np.argsort(-added, kind="stable")[:count]
    used = [int(each) for each in order if added[each] > 0]
    return used or [int(order[0])]


@begin_accumulator.register
def _(spec: TopForClass, network: Network, layers: Mapping[str, tuple[int, ...]]) -> Accumulator:
    return TopForClassAccumulator(spec, network, layers)
