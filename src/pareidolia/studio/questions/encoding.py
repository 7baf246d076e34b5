"""Numbers and pictures as JSON carries them."""

from base64 import b64encode
from typing import Any

from torch import Tensor

from pareidolia.pictures.files import encode_picture


def png(picture: Tensor) -> str:
    """A picture, 1×C×H×W in [0, 1], as PNG in Base64."""
    return b64encode(encode_picture(picture, "PNG")).decode()


def floats(values: Tensor) -> str:
    """Numbers as float32, little-endian, in Base64; in the order of a contiguous tensor."""
    return b64encode(values.detach().cpu().float().contiguous().numpy().astype("<f4").tobytes()).decode()


def gray(values: Tensor) -> Tensor:
    """A map H×W as a picture 1×1×H×W, black where it is lowest and white where it is highest."""
    low, high = values.min(), values.max()
    return ((values - low) / (high - low).clamp_min(1e-9))[None, None]


def share(value: Any) -> float:
    """A number as a share, from 0 to 1."""
    return min(max(float(value), 0.0), 1.0)
