"""How units are connected: to the units of the layer before, and to the classes."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor

from pareidolia.atlas import class_attribution
from pareidolia.inspection.attribution.backward_to_input import detach_at
from pareidolia.networks import Network, preserve_state
from pareidolia.networks.attached_concepts import concepts_at
from pareidolia.networks.units import unit_values
from pareidolia.settings import Unit


def unit_connections(network: Network, before: str, units: Sequence[Unit], pictures: Tensor) -> Tensor:
    """How much each unit changes as a unit of an earlier layer grows, at its own picture.

    It is Σ over positions p of ∂a/∂h_u(p), a the unit's activation and h_u the maps of the earlier layer.
    Where only convolutions lie between, and no padding is seen, these are the sums of the expanded weights,
    whatever the picture (Voss et al., "Visualizing Weights", Distill 2021); where rectifiers lie between, of
    the weights through those that the picture opens.

    Args:
        network: the network.
        before: name of the earlier layer.
        units: N units of one later layer, each with its channel, and its position where it has one.
        pictures: N×C×H×W in [0, 1], one for each unit.

    Returns:
        N×U, a number for each unit of the earlier layer; 0 all over if the later one does not see it. Of a
            layer of concepts it is d · ∂a/∂h, the change as the part of h that a concept stands for grows.

    Raises:
        BadNetwork: the earlier layer gives several tensors.
    """
    if (concepts := concepts_at(network, before)) is not None:
        found = unit_connections(network, concepts[0], units, pictures)
        return found @ concepts[1].dictionary.T.to(found)
    layer, count = units[0].layer, network.unit_shape(before)[0]
    module = network.module.get_submodule(before)
    with preserve_state(network.module), torch.enable_grad(), detach_at(module) as leaves:
        maps = network.record(pictures, layer)[layer]
        chosen = torch.stack([unit_values(maps[n : n + 1], unit)[0] for n, unit in enumerate(units)])
        if not leaves or not chosen.requires_grad:
            return torch.zeros(len(units), count)
        network.backward(chosen.sum())
    gradient = leaves[-1].grad
    if gradient is None:
        return torch.zeros(len(units), count)
    maps = network.as_maps(before, gradient, pictures)
    return maps.reshape(*maps.shape[:2], -1).sum(dim=2).detach().cpu()


def unit_classes(network: Network, units: Sequence[Unit], pictures: Tensor) -> Tensor:
    """The classes that units speak for at their pictures: a · ∂logit_k/∂a for each unit's activation a.

    Args:
        network: a network with K classes.
        units: N units of one layer, each with its channel, and its position where it has one.
        pictures: N×C×H×W in [0, 1], one for each unit.

    Returns:
        N×K.

    Raises:
        PareidoliaError: a module behind the layer has no forward derivative.
    """
    positions = torch.tensor([unit.position or (0, 0) for unit in units])
    channels = torch.tensor([unit.channel for unit in units])
    return class_attribution(network, units[0].layer, pictures, positions, channels).float().cpu()


def neighbors(layers: Sequence[str]) -> dict[str, str]:
    """By layer, the one before it."""
    return {after: before for before, after in pairwise(layers)}
