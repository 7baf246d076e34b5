"""A photo at the size at which a network sees it."""

import torch
from torch import Tensor

from pareidolia.networks import Network
from pareidolia.pictures import fit, over_white, resize
from pareidolia.settings import BadPicture


def frame(network: Network, photo: Tensor, size: int | None = None) -> Tensor:
    """Resize a photo for a network.

    A network that takes one size only (as vision transformers do) sees the middle of the photo; others see
    the whole.

    Args:
        network: the network.
        photo: 1×3×H×W or 1×4×H×W in [0, 1].
        size: the longer side in pixels; None makes the shorter side as long as the network was made for.

    Returns:
        1×C×h×w on the network's device.

    Raises:
        BadPicture: If the network cannot take the photo at `size`.
    """
    photo = over_white(photo).to(network.device)
    height, width = photo.shape[-2:]
    if size is not None:
        whole = resize(photo, fit((height, width), size))
        _look(network, whole)
        return whole.clamp(0, 1)
    whole = _covering(photo, network.input_shape[1:])
    try:
        _look(network, whole)
    except BadPicture:
        return middle(network, photo)
    return whole


def middle(network: Network, photo: Tensor) -> Tensor:
    """As much of the middle of `photo` (N×C×H×W in [0, 1]) as fits the size that the network was made for."""
    height, width = network.input_shape[1:]
    whole = _covering(photo, (height, width))
    top, left = (whole.shape[-2] - height) // 2, (whole.shape[-1] - width) // 2
    return whole[..., top : top + height, left : left + width]


def _covering(photo: Tensor, wanted: tuple[int, int]) -> Tensor:
    """The whole photo at the least size of its proportions that covers `wanted` rows and columns."""
    height, width = photo.shape[-2:]
    scale = max(wanted[0] / height, wanted[1] / width)
    size = (max(wanted[0], round(height * scale)), max(wanted[1], round(width * scale)))
    return resize(photo, size).clamp(0, 1)


@torch.no_grad()
def _look(network: Network, picture: Tensor) -> None:
    network(picture)
