"""What a chunk keeps of the activations that the network gives: a specification, and its accumulator.

Two come with this room, `TopActivations` and `SampledActivations`. Another one is a settings class, and
beside it a function that begins its accumulator, registered by `@begin_accumulator.register`.
"""

from collections.abc import Mapping
from functools import singledispatch
from typing import Any, Literal, Protocol

import numpy as np
from torch import Tensor

from pareidolia.networks import Network
from pareidolia.settings import PareidoliaError

Arrays = dict[str, np.ndarray[Any, np.dtype[Any]]]
Array = np.ndarray[Any, np.dtype[Any]]


class Accumulator(Protocol):
    """What one chunk has kept so far."""

    def add(self, pictures: Tensor, numbers: Array) -> Array:
        """Keep what is wanted of some pictures' activations.

        Args:
            pictures: N×3×H×W in [0, 1].
            numbers: N int64, the pictures' numbers in the folder, rising from batch to batch.

        Returns:
            N bools: False for a picture whose activations are not all finite; nothing of it is kept.
        """

    def arrays(self) -> Arrays:
        """What is kept, by name; a pure function of the pictures added."""


class CollectSpec(Protocol):
    """What to keep: a frozen settings object, written into the collection's manifest."""

    def model_dump(self, *, mode: Literal["json"]) -> dict[str, Any]:
        """The options, as JSON has them."""


@singledispatch
def begin_accumulator(
    spec: CollectSpec, network: Network, layers: Mapping[str, tuple[int, ...]]
) -> Accumulator:
    """An accumulator of this kind that is empty yet.

    Args:
        spec: the form, with its options.
        network: looks at the pictures.
        layers: the shape of each layer's output for one picture.

    Raises:
        PareidoliaError: no function is registered for it.
    """
    raise PareidoliaError(f"nothing is registered that keeps {type(spec).__name__}: see begin_accumulator")
