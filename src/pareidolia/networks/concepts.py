"""A file of concepts: a dictionary of directions in a layer's activations, and how codes are found for it.

`pareidolia concepts` makes one. Attached to a network (`attached_concepts.py`) it becomes a layer of its own
(`concept_layer.py`).
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor

from pareidolia.networks.concept_layer import ConceptLayer
from pareidolia.pictures import write_atomically
from pareidolia.safety import require_file
from pareidolia.settings import PareidoliaError

FORMAT = "pareidolia-concepts"
NAME = "concepts"
"""Of the module that is added to a layer's."""

Array = np.ndarray[Any, np.dtype[np.float32]]
Selection = Literal["nonnegative", "top", "threshold"]


@dataclass(frozen=True)
class Concepts:
    """A dictionary of directions in a layer's activations, and how codes are found for it.

    Attributes:
        layer: name of the layer.
        weights: digest of the network's weights; empty where any network will do.
        axis: which axis of what the layer's module gives counts its channels, 1 or -1.
        method: how the dictionary was found, in a word.
        selection: which codes stay.
        dictionary: D, K×C float32.
        encoder: E, K×C float32.
        bias: b, K float32.
        center: what is added to z D, C float32.
        keep: k, where the k largest stay.
        threshold: θ, where those above it stay.
        report: figures on the activations it was found from.
    """

    layer: str
    weights: str
    axis: int
    method: str
    selection: Selection
    dictionary: Array
    encoder: Array
    bias: Array
    center: Array
    keep: int = 0
    threshold: float = 0.0
    report: dict[str, float] = field(default_factory=dict)

    @classmethod
    def nonnegative(cls, layer: str, weights: str, axis: int, dictionary: Array) -> "Concepts":
        """Concepts of a factorisation into non-negative codes and this dictionary, made of length 1."""
        lengths = np.linalg.norm(dictionary.astype(np.float64), axis=1, keepdims=True)
        unit = (dictionary / np.where(lengths > 0, lengths, 1)).astype(np.float32)
        count, channels = unit.shape
        none = np.zeros(count, np.float32), np.zeros(channels, np.float32)
        return cls(layer, weights, axis, "nmf", "nonnegative", unit, unit, *none)

    @property
    def address(self) -> str:
        """The name of the layer that they become."""
        return f"{self.layer}.{NAME}"

    def module(self) -> ConceptLayer:
        """The layer that answers with their codes."""
        return ConceptLayer(self)

    def decode(self, codes: Tensor) -> Tensor:
        """Activations …×C of codes …×K."""
        return codes @ torch.from_numpy(self.dictionary).to(codes) + torch.from_numpy(self.center).to(codes)

    def save(self, path: Path) -> None:
        """Write them into a .safetensors file."""
        told = {key: value for key, value in asdict(self).items() if key not in _ARRAYS}
        arrays = {name: np.ascontiguousarray(getattr(self, name), np.float32) for name in _ARRAYS}
        described = {"pareidolia": json.dumps({"format": FORMAT, "version": 1, **told}, sort_keys=True)}
        with write_atomically(path) as file:
            file.write(save(arrays, metadata=described))


_ARRAYS = ("dictionary", "encoder", "bias", "center")


def read_concepts(path: Path) -> Concepts:
    """Read a file of concepts.

    Args:
        path: of a .safetensors file that `pareidolia concepts` wrote.

    Returns:
        The concepts.

    Raises:
        PareidoliaError: it is not one, or its arrays do not fit each other.
    """
    try:
        with safe_open(require_file(path, what="a file of concepts"), "numpy") as file:
            told = json.loads((file.metadata() or {}).get("pareidolia", "{}"))
            if told.pop("format", None) != FORMAT or told.pop("version", None) != 1:
                raise PareidoliaError(
                    f"'{path}' is not a file of concepts, as pareidolia concepts makes them"
                )
            found = Concepts(**told, **{name: file.get_tensor(name) for name in _ARRAYS})
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise PareidoliaError(f"'{path}' cannot be read as a file of concepts") from error
    count, channels = found.dictionary.shape if found.dictionary.ndim == 2 else (0, 0)
    wanted = {"encoder": (count, channels), "bias": (count,), "center": (channels,)}
    if not count or any(getattr(found, name).shape != shape for name, shape in wanted.items()):
        raise PareidoliaError(f"the arrays of '{path}' do not fit each other")
    return found
