"""The identity of a network: its name, how it prepares pictures, and a digest of its weights."""

import hashlib

import torch

from pareidolia.networks.network import Network


def identity(network: Network) -> dict[str, str]:
    """What distinguishes a network from others, as JSON has it: two of equal identity have equal outputs.

    `weights` is the SHA-256 of parameters and buffers with their names, types and shapes.

    Args:
        network: the network.

    Returns:
        Text by name.
    """
    digest = hashlib.sha256()
    for name, tensor in sorted(network.module.state_dict().items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\0".encode())
        digest.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy())
    return {"name": network.name, "preparation": network.preparation, "weights": digest.hexdigest()}
