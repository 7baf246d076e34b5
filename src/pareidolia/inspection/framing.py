"""A photo at the size at which a network sees it."""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from pareidolia.networks import Layer, Network
from pareidolia.pictures import PictureLike, as_picture, fit, over_white, resize
from pareidolia.settings import BadPicture, check_kind

_LONGEST_STRIP = 16


@dataclass(frozen=True)
class FramedPhoto:
    """A photo as a network sees it, and what one look at it found; made once and carried along.

    Attributes:
        picture: 1×C×H×W in [0, 1], on the network's device.
        logits: its class scores 1×K; None where the network gives none.
        layers: the network's layers with their shapes for this picture.
    """

    picture: Tensor
    logits: Tensor | None
    layers: Mapping[str, Layer]


def frame(network: Network, photo: Tensor, size: int | None = None) -> Tensor:
    """A photo at the size at which the network looks at it; the picture of `frame_photo`."""
    return frame_photo(network, photo, size).picture


def frame_photo(network: Network, photo: Tensor, size: int | None = None) -> FramedPhoto:
    """A photo at the size at which the network looks at it, and what that look finds: one forward pass.

    The whole photo with `size` as its longer side, or, where that is None, with its shorter side as long as
    the network was made for. A network that was made for one size (as vision transformers are) sees the
    middle of the photo, and one that takes no other looks at `size` through windows. No class scores are
    needed.

    Args:
        network: looks.
        photo: 1×3 or 1×4×H×W in [0, 1]; a fourth channel is transparency, unless the network takes four, and
            other numbers of channels are the network's own.
        size: the longer side in pixels.

    Returns:
        The photo as the network sees it, with what it found.

    Raises:
        BadPicture: the network cannot look at `size`, or the photo is a strip.
    """
    check_kind(network, Network, "what looks is to be a Network")
    check_kind(photo, Tensor, "the photo is to be a tensor 1×C×H×W")
    takes_alpha = photo.shape[1] == network.input_shape[0]
    photo = (photo if takes_alpha else over_white(photo)).to(network.device)
    height, width = photo.shape[-2:]
    if size is not None:
        return _seen(network, resize(photo, fit((height, width), size)).clamp(0, 1), windows=True)
    if max(height, width) > _LONGEST_STRIP * min(height, width):
        raise BadPicture(
            f"the photo is a strip of {width}x{height} pixels, which would be looked at "
            f"{max(height, width) / min(height, width):.0f} times as long as the network was made for: cut a "
            "part out, or give a --size"
        )
    try:
        if network.made_for_one_size:
            return _seen(network, middle(network, photo))
        return _seen(network, _covering(photo, network.input_shape[1:]))
    except BadPicture:
        return _seen(network, middle(network, photo))


def canvas_size(network: Network, side: int | None, usual: int) -> tuple[int, int]:
    """Height and width of what is painted for a network.

    Args:
        network: looks.
        side: asked for, in pixels; None leaves it to the network.
        usual: the side where the network was made for no size in particular.

    Returns:
        A square, or the size of the pictures that the network was made for.
    """
    if side is None and network.one_size:
        return network.input_shape[1], network.input_shape[2]
    return (side or usual,) * 2


def photo_at(network: Network, photo: PictureLike, side: int | None, usual: int) -> Tensor:
    """A photo as it is painted through a network.

    Args:
        network: looks.
        photo: what `as_picture` takes.
        side: the longer one asked for, in pixels; None leaves it to the network.
        usual: the longer side where the network was made for no size in particular.

    Returns:
        1×C×H×W in [0, 1] on the network's device: the whole, or the middle at the network's own size.
    """
    if side is None and network.one_size:
        return middle(network, over_white(as_picture(photo))).to(network.device)
    return over_white(as_picture(photo, size=side or usual)).to(network.device)


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


def _seen(network: Network, picture: Tensor, *, windows: bool = False) -> FramedPhoto:
    look = network.look(picture, windows=windows)
    return FramedPhoto(picture, look.logits, look.layers)
