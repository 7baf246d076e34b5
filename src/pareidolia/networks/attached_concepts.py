"""Concepts attached to a network: `LAYER.concepts` is a layer like others.

Their module is a child of the layer's own, so that it is painted, looked for in photos, sent back from and
mapped, without a word about concepts there.
"""

from typing import Any

from torch import nn

from pareidolia.networks.concept_layer import ConceptLayer
from pareidolia.networks.concepts import NAME, Concepts
from pareidolia.networks.digest import weights_digest
from pareidolia.networks.layers import first_tensor
from pareidolia.networks.mirror import mirror
from pareidolia.networks.network import Network
from pareidolia.settings import BadNetwork


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


def concepts_at(network: Network, layer: str) -> tuple[str, ConceptLayer] | None:
    """What a layer of concepts is made of.

    Nothing behind it reads codes. A code z of a concept d stands for the part z d of the activations, so that
    what depends on these depends on codes: ∂S/∂z = d · ∂S/∂x.

    Args:
        network: the network.
        layer: name of a layer.

    Returns:
        The name of the layer whose concepts they are, and their module; None for a layer of units.
    """
    module = dict(network.module.named_modules()).get(layer)
    return (layer.removesuffix(f".{NAME}"), module) if isinstance(module, ConceptLayer) else None


def _answer(layer: nn.Module, _inputs: Any, output: Any) -> None:
    """Let the concepts of a layer see what it gives; a copy, which a later layer cannot change in place."""
    given, concepts = first_tensor(output), layer.get_submodule(NAME)
    assert isinstance(concepts, ConceptLayer)
    if given is not None and concepts.takes(given):
        concepts(given.clone())
