"""NNST (Kolkin et al., "Neural Neighbor Style Transfer", 2022), run from its authors' code.

The code comes from a checkout of nkolkin13/NeuralNeighborStyleTransfer, with the defaults of its script at
512 px. It looks through VGG-16; here through a network that is given, at the layers of the same names.
"""

import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

import torch.nn.functional as F
from torch import Tensor

from benchmarks.baselines.activations import unit_activations
from benchmarks.baselines.authors_code import LAYERS, on_cpu
from pareidolia.networks import Network

_LEAST = 256
"""Its pyramids halve a picture eight times."""


def load(folder: Path, network: Network) -> Callable[[Tensor, Tensor], Tensor]:
    """A function of photo and painting, 1×3×H×W in [0, 1] each, that gives the painted photo in [0, 1]."""
    sys.path.insert(0, str(folder))
    try:
        code = import_module("utils.stylize")
    finally:
        sys.path.remove(str(folder))
    code.misc.USE_GPU = False

    def seen(picture: Tensor, places: Sequence[int], _: bool) -> list[Tensor]:
        names = [LAYERS[place] for place in sorted(places)]
        return list(unit_activations(network, picture, names).values())

    def paint(photo: Tensor, painting: Tensor) -> Tensor:
        with on_cpu():
            painted: Tensor = code.produce_stylization(
                *map(_at_least, (photo, painting)),
                seen,
                max_iter=200,
                lr=2e-3,
                content_weight=0.25,
                max_scls=4,
                flip_aug=True,
            )
        return painted.detach()[..., : photo.shape[-2], : photo.shape[-1]].clamp(0, 1)

    return paint


def _at_least(picture: Tensor) -> Tensor:
    """A picture of sides that its pyramids can halve, with what is missing mirrored below and beside it."""
    down, across = (max(0, _LEAST - side) for side in picture.shape[-2:])
    return F.pad(picture, (0, across, 0, down), mode="reflect")
