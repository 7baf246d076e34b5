"""What people hold in their hands, made into what the inspections work on."""

from typing import Any

from torch import Tensor, nn

from pareidolia.inspection.targets import Target, find_target
from pareidolia.networks import Network
from pareidolia.pictures import as_picture


def as_network(x):
    from pareidolia.networks import load_network_from

    return x if isinstance(x, Network) else load_network_from(x)


NetworkLike = Network | nn.Module | str
PicturesLike = Any
TargetLike = Target | int | str


def resolve(
    network: NetworkLike, pictures: PicturesLike, target: TargetLike
) -> tuple[Network, Tensor, Target]:
    """The network, the pictures on its device, and the target as objects."""
    assert isinstance(network, Network)
    if isinstance(target, (int, str)):
        target = find_target(str(target), network, pictures)
    return network, as_picture(pictures).to(network.device), target
