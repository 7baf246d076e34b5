"""The identity of a network: its name, how it prepares pictures, and a digest of its weights."""

from pareidolia.networks.digest import weights_digest
from pareidolia.networks.network import Network


def identity(network: Network) -> dict[str, str]:
    """What distinguishes a network from others, as JSON has it: two of equal identity have equal outputs.

    `weights` is the SHA-256 of parameters and buffers with their names, types and shapes.

    Args:
        network: the network.

    Returns:
        Text by name.
    """
    return {
        "name": network.name,
        "preparation": network.preparation,
        "weights": weights_digest(network.module),
    }
