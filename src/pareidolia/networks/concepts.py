"""Concepts of a layer as a layer of their own: `LAYER.concepts` has a number for each concept and place.

A file of concepts (`pareidolia concepts` makes one) holds a dictionary D of K directions in a layer's
activations, and how codes are found for it. Attached to a network, its module is a child of the layer's own,
so that it is a layer like others: painted, looked for in photos, sent back from, mapped, without a word about
concepts there.

Every way to find codes is z = relu(E x + b − o(x)), where the offset o takes part in no gradient:

    nonnegative   the z ≥ 0 with the least ‖x − z D‖; o holds what the other concepts account for
    top           the k largest of a place stay; o is what the others lack
    threshold     those above a threshold stay
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
import torch.nn.functional as F
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save
from torch import Tensor, nn

from pareidolia.networks.digest import weights_digest
from pareidolia.networks.layers import first_tensor
from pareidolia.networks.mirror import mirror
from pareidolia.networks.network import Network
from pareidolia.pictures import write_atomically
from pareidolia.safety import require_file
from pareidolia.settings import BadNetwork, PareidoliaError

FORMAT = "pareidolia-concepts"
NAME = "concepts"
"""Of the module that is added to a layer's."""
_MOST_SWEEPS = 300
_SETTLED = 1e-6

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

    def module(self) -> "ConceptLayer":
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


class ConceptLayer(nn.Module):
    """Codes of what a layer gives: N×K×h×w of N×C×h×w, …×K of …×C.

    The gradient takes what is chosen, and what other concepts account for, as given: ∂z/∂x = E where z > 0.

    Args:
        concepts: the dictionary.
    """

    def __init__(self, concepts: Concepts) -> None:
        super().__init__()
        self._how: tuple[Selection, int, float] = concepts.selection, concepts.keep, concepts.threshold
        self.axis, self.channels = concepts.axis, concepts.dictionary.shape[1]
        encoder = torch.from_numpy(concepts.encoder)
        self.encoder: Tensor
        self.bias: Tensor
        self.products: Tensor
        self.register_buffer("encoder", encoder)
        self.register_buffer(
            "bias", torch.from_numpy(concepts.bias) - encoder @ torch.from_numpy(concepts.center)
        )
        dictionary = torch.from_numpy(concepts.dictionary)
        self.register_buffer("products", dictionary @ dictionary.T)
        self._step = 1 / max(float(torch.linalg.eigvalsh(self.products.double())[-1]), 1e-30)

    def takes(self, given: Tensor) -> bool:
        """Whether a tensor has the channels of the dictionary where they are looked for."""
        return given.ndim >= 2 and given.shape[self._axis(given)] == self.channels

    def forward(self, given: Tensor) -> Tensor:
        """The codes."""
        if self._axis(given) == 1 and given.ndim == 4:
            scores = F.conv2d(given, self.encoder[..., None, None], self.bias)
        else:
            scores = F.linear(given, self.encoder, self.bias)
        axis = self._axis(given)
        # No mode follows it, as it sees what the scores see: places and receptive fields stay theirs.
        with torch.no_grad(), torch._C.DisableTorchFunction():
            offset = self._offset(scores.detach().movedim(axis, -1)).movedim(-1, axis)
        return F.relu(scores - offset)

    def _axis(self, given: Tensor) -> int:
        return self.axis if self.axis == 1 and given.ndim == 4 else given.ndim - 1

    def _offset(self, scores: Tensor) -> Tensor:
        """o of scores …×K."""
        selection, keep, threshold = self._how
        if selection == "threshold":
            return torch.where(scores > threshold, 0.0, threshold)
        if selection == "top":
            if keep >= scores.shape[-1]:
                return torch.zeros_like(scores)
            largest = scores.topk(keep + 1, dim=-1).values
            return torch.where(scores > largest[..., keep:], 0.0, largest[..., keep:].clamp(min=0))
        own = self.products.diagonal().clamp(min=torch.finfo(scores.dtype).tiny)
        codes = nonnegative_codes(scores.reshape(-1, scores.shape[-1]) * own, self.products, self._step)
        return (codes @ self.products / own - codes).reshape(scores.shape)


def nonnegative_codes(correlations: Tensor, products: Tensor, step: float) -> Tensor:
    """The u ≥ 0 with the least ‖x − u D‖, for M vectors x at once.

    Accelerated projected gradients (Beck and Teboulle 2009), restarted where the objective would rise
    (O'Donoghue and Candès 2015).

    Args:
        correlations: x Dᵀ, M×K.
        products: D Dᵀ, K×K.
        step: 1 / the largest eigenvalue of D Dᵀ.

    Returns:
        u, M×K.
    """
    codes: Tensor = (correlations * step).clamp(min=0)
    ahead, pace = codes, 1.0
    for _ in range(_MOST_SWEEPS):
        after: Tensor = (ahead - step * (ahead @ products - correlations)).clamp(min=0)
        moved = after - codes
        if float(moved.abs().max()) <= _SETTLED * float(after.abs().max()):
            return after
        if float(((ahead - after) * moved).sum()) > 0:
            ahead, pace = after, 1.0
        else:
            faster = (1 + (1 + 4 * pace**2) ** 0.5) / 2
            ahead, pace = after + (pace - 1) / faster * moved, faster
        codes = after
    return codes


def concept_layer(network: Network, layer: str) -> str:
    """The layer to whose module concepts are added: of a sequence its last part, which gives the same.

    Args:
        network: the network.
        layer: name of the layer.

    Returns:
        Its name, or that of its last part.

    Raises:
        UnknownName: there is no such layer.
        BadNetwork: its module holds others that it calls by turns, and none gives what it gives.
    """
    shape = network.unit_shape(layer)
    while isinstance(
        module := network.module.get_submodule(layer), nn.Sequential | nn.ModuleDict | nn.ModuleList
    ):
        inner = [name for name, _ in module.named_children()]
        last = f"{layer}.{inner[-1]}" if inner and isinstance(module, nn.Sequential) else ""
        if last not in network.layers or network.unit_shape(last) != shape:
            raise BadNetwork(f"concepts cannot be added to {layer} of {network.name}: name a part of it")
        layer = last
    return layer


def attach(module: nn.Module, concepts: Concepts, name: str) -> None:
    """Add concepts to a network's module, as the layer `LAYER.concepts`.

    Args:
        module: of the network.
        concepts: the concepts.
        name: of the network, for errors.

    Raises:
        BadNetwork: they are of another network, or their layer is not there.
    """
    if concepts.weights and concepts.weights != weights_digest(module):
        raise BadNetwork(
            f"the concepts at {concepts.layer} are of another network than {name}, or of other weights"
        )
    try:
        layer = module.get_submodule(concepts.layer)
    except AttributeError as error:
        raise BadNetwork(f"{name} has no layer '{concepts.layer}', which the concepts are of") from error
    if hasattr(layer, NAME):
        raise BadNetwork(f"{concepts.layer} of {name} has a part named '{NAME}' already")
    layer.add_module(NAME, concepts.module())
    layer.register_forward_hook(_answer)


def with_concepts(network: Network, concepts: Concepts) -> Network:
    """A copy of a network that shares its weights and has the concepts; the network stays as it was.

    Args:
        network: the network.
        concepts: the concepts.

    Returns:
        The copy.

    Raises:
        BadNetwork: as `attach` raises it.
    """
    other = network.variant("max", "zeros")._twin()
    other.module = mirror(network.module)
    attach(other.module, concepts, network.name)
    other.module.to(network.device)
    return other


def _answer(layer: nn.Module, _inputs: Any, output: Any) -> None:
    """Let the concepts of a layer see what it gives; a copy, which a later layer cannot change in place."""
    given, concepts = first_tensor(output), layer.get_submodule(NAME)
    assert isinstance(concepts, ConceptLayer)
    if given is not None and concepts.takes(given):
        concepts(given.clone())
