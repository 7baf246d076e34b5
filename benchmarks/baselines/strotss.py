"""STROTSS (Kolkin et al., "Style Transfer by Relaxed Optimal Transport and Self-Similarity", 2019).

Run from its authors' code in a checkout of nkolkin13/STROTSS, with the defaults of its script: 64, 128, 256
and 512 px, content weight 1. It looks through VGG-16; here through a network that is given, at layers of the
same names. Of a smaller photo the last sizes are left out.
"""

import math
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from benchmarks.baselines.activations import unit_activations
from benchmarks.baselines.authors_code import LAYERS, on_cpu
from pareidolia.networks import Network
from pareidolia.pictures import save_picture

_SEEN = (*(LAYERS[place] for place in (1, 3, 6, 8, 11, 13, 15, 22)), "relu5_3")
_CONTENT_WEIGHT = 16.0
_SMALLEST, _LARGEST = 64, 512


def load(folder: Path, network: Network) -> Callable[[Tensor, Tensor], Tensor]:
    """A function of photo and painting, 1×3×H×W in [0, 1] each, that gives the painted photo in [0, 1].

    It is painted at the largest of its sizes that the photo has, and brought to the photo's size.
    """
    sys.path.insert(0, str(folder.resolve().parent))
    try:
        code = import_module(f"{folder.resolve().name}.styleTransfer")
        parts = import_module(f"{folder.resolve().name}.st_helper")
    finally:
        sys.path.remove(str(folder.resolve().parent))
    code.utils.use_gpu = False

    class Seen(parts.Vgg16_pt):  # type: ignore[name-defined, misc]
        """What its code takes VGG-16 for."""

        def __init__(self) -> None:
            torch.nn.Module.__init__(self)
            self.inds = range(11)

        def forward_base(self, picture: Tensor, _: object) -> list[Tensor]:
            return [picture, *unit_activations(network, picture, _SEEN).values()]

    def paint(photo: Tensor, painting: Tensor) -> Tensor:
        side = min(max(photo.shape[-2:]), _LARGEST)
        sizes = 1 + max(0, int(math.log2(side / _SMALLEST)))
        everywhere = [[np.ones(each.shape[-2:])] for each in (photo, painting)]
        # It writes numbers that today's imageio refuses; they are returned too.
        unwritten = mock.patch.object(code, "imwrite")
        with TemporaryDirectory() as place, on_cpu(), unwritten, mock.patch.object(parts, "Vgg16_pt", Seen):
            files = [f"{place}/{name}.png" for name in ("photo", "painting", "out")]
            for picture, file in zip((photo, painting), files, strict=False):
                save_picture(picture, file)
            _, found = code.run_st(
                *files[:2], _CONTENT_WEIGHT, sizes + 1, 0.0, False, everywhere, output_path=files[2]
            )
        painted = torch.from_numpy(found).permute(2, 0, 1)[None].float()
        return F.interpolate(painted, photo.shape[-2:], mode="bilinear", antialias=True).clamp(0, 1)

    return paint
