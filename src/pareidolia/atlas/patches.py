"""The pieces of real photos behind the cells."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch

from pareidolia.collecting.specs import Array
from pareidolia.networks import Layer
from pareidolia.pictures import from_uint8, resize
from pareidolia.pictures.rounding import to_uint8


def patch_windows(layer: Layer, positions: Array, height_width: tuple[int, int]) -> Array:
    """Squares around positions, half as large as the receptive field.

    A unit is moved mostly by the middle of what it can see (Luo et al. 2016, "Understanding the Effective
    Receptive Field").

    Args:
        layer: the layer.
        positions: N×2, row and column in the layer's map.
        height_width: height and width of the photo in pixels.

    Returns:
        N×3: top, left and side in pixels, within the photo; the whole photo if the layer has no field.
    """
    height, width = height_width
    field = layer.receptive_field
    if field is None:
        side = min(height, width)
        return np.tile([(height - side) // 2, (width - side) // 2, side], (len(positions), 1))
    side = int(min(max(16, max(field.size) // 2), height, width))
    middles = np.array(field.start) + positions * np.array(field.stride) + np.array(field.size) / 2
    corners = np.round(middles - side / 2).astype(np.int64)
    corners = np.clip(corners, 0, [height - side, width - side])
    return np.concatenate([corners, np.full((len(corners), 1), side)], axis=1)


def cut(levels: Array, windows: Sequence[Array] | Array, size: int) -> Array:
    """Cut squares out of a photo.

    Args:
        levels: the photo, H×W×3 uint8.
        windows: N×3, top, left and side of each in pixels.
        size: side in pixels that each is resampled to.

    Returns:
        N×size×size×3 uint8.
    """
    picture = from_uint8([levels])
    pieces = [
        resize(picture[..., top : top + side, left : left + side], (size, size))
        for top, left, side in windows
    ]
    found: Array = to_uint8(torch.cat(pieces)).permute(0, 2, 3, 1).numpy()
    return found


def by_photo(points: Array, pictures: Array) -> Mapping[int, Array]:
    """Group chosen activations by photo.

    Args:
        points: numbers of the chosen activations.
        pictures: M int64, the photo of each activation.

    Returns:
        By photo, indices into `points`.
    """
    order = np.argsort(pictures[points], kind="stable")
    photos, starts = np.unique(pictures[points][order], return_index=True)
    return {int(photo): part for photo, part in zip(photos, np.split(order, starts[1:]), strict=True)}
