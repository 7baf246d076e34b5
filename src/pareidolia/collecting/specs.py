"""What a chunk keeps of the activations that the network gives: a specification, and its accumulator.

Two come with this room, `TopActivations` and `SampledActivations`; any settings object with a `begin` is
another one.
"""

from collections.abc import Mapping
from typing import Any, Literal, Protocol

import numpy as np
from torch import Tensor

from pareidolia.networks import Network

Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]
Array = np.ndarray[Any, np.dtype[Any]]


class Accumulator(Protocol):
    """What one chunk has kept so far."""

    def add(self, pictures: Tensor, numbers: Array) -> Array:
        """Look at `pictures` (N×3×H×W in [0, 1]) and keep what is wanted of them.

        numbers: N int64, the pictures' numbers in the folder, rising from batch to batch.
        Returns N bools: False for a picture whose activations are not all finite; nothing of it is kept.
        """

    def arrays(self) -> Arrays:
        """What is kept, by name; a pure function of what was added."""


class CollectSpec(Protocol):
    """What to keep: a frozen settings object, written into the collection's manifest."""

    def begin(self, network: Network, layers: Mapping[str, tuple[int, ...]]) -> Accumulator:
        """An accumulator that is empty yet; `layers` has the shape of each layer's output for one picture."""

    def model_dump(self, *, mode: Literal["json"]) -> dict[str, Any]:
        """Its options, as JSON has them."""
