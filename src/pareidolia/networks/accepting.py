"""Whatever a person has for a network, as a `Network`."""

from torch import nn

from pareidolia.networks.loading import load_network_from
from pareidolia.networks.network import Network
from pareidolia.networks.padding import Padding
from pareidolia.networks.pooling import Pooling
from pareidolia.settings import NetworkSettings, PareidoliaError
from pareidolia.settings.default_networks import SHIPPED, best_network

NetworkLike = Network | nn.Module | str | NetworkSettings | None
"""A network, a module, a name such as "vgg19", settings that name one, or None: the default for maps."""


def as_network(
    network: NetworkLike = None, *, pooling: Pooling = "max", padding: Padding = "zeros"
) -> Network:
    """Read a network in any of the forms that people have; what is given stays as it was.

    Args:
        network: a `Network`, any `nn.Module` (see `Network.of` for what is then assumed), a name as
            `load_network` takes it, settings that name one, or None for the default for maps.
        pooling: "average" or "l2" replace max pooling (see `pooling.py`).
        padding: "reflect" or "replicate" replace the convolutions' zero padding (see `padding.py`).

    Returns:
        The network.

    Raises:
        PareidoliaError: If it is something else.
        BadNetwork: As `load_network` raises it.
        UnknownName: As `load_network` raises it.
        MissingExtra: As `load_network` raises it.
    """
    if isinstance(network, nn.Module):
        network = Network.of(network)
    if isinstance(network, Network):
        return network.variant(pooling, padding)
    if network is None or isinstance(network, str):
        network = NetworkSettings() if network is None else NetworkSettings(network=network)
    if isinstance(network, NetworkSettings):
        return load_network_from(network, pooling=pooling, padding=padding)
    what = f"the class {network.__name__}" if isinstance(network, type) else type(network).__name__
    raise PareidoliaError(
        f"network={what} is not a network: give a Network, a torch.nn.Module, or a name "
        "such as 'retina' or 'torchvision:resnet18'"
    )


def network_for(
    settings: NetworkSettings,
    network: NetworkLike = None,
    *,
    pooling: Pooling = "max",
    padding: Padding = "zeros",
) -> Network:
    """Choose the network of an operation: the one given, else the one that `settings` name.

    Args:
        settings: name a network.
        network: a network, a module or a name; None takes the one of `settings`.
        pooling: of the network that is returned, see `pooling.py`.
        padding: likewise, see `padding.py`.

    Returns:
        The network.

    Raises:
        PareidoliaError: If a network is given and the settings name another.
    """
    if network is None:
        return load_network_from(settings, pooling=pooling, padding=padding)
    left = {name: field.default for name, field in NetworkSettings.model_fields.items() if name != "device"}
    chosen = {SHIPPED, best_network(settings.need_of(dict(settings)))}  # what settings hold that name none
    named = [
        name
        for name, default in left.items()
        if getattr(settings, name) != default and not (name == "network" and settings.network in chosen)
    ]
    if named and getattr(network, "name", None) != settings.network:
        raise PareidoliaError(f"a network is given, and the settings name another ({', '.join(named)})")
    return as_network(network, pooling=pooling, padding=padding)
