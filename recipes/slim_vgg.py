"""The teacher: VGG-19 up to relu5_1, distilled to a few channels (Wang et al. 2020).

Also a network to paint through:

    pareidolia networks recipes/slim_vgg.py:build --weights slim_vgg19.safetensors
"""

from collections.abc import Iterator
from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn

WIDTHS = {"1": 16, "2": 32, "3": 64, "4": 128, "5": 128}
WIDE = {"1": 64, "2": 128, "3": 256, "4": 512, "5": 512}
PLAN = ("11", "12", "21", "22", "31", "32", "33", "34", "41", "42", "43", "44", "51")
AUX_LAYERS = tuple(f"conv{stage}1_aux" for stage in WIDTHS)


class SlimVgg19(nn.Module):
    """Pictures in [0, 1] to five aux maps, close to VGG-19's relu1_1 … relu5_1 (64 to 512 channels).

    conv0 turns RGB into 255·BGR less the mean; then conv11, conv12, a maximum over 2×2, conv21 … conv51, each
    3×3 with reflect padding and ReLU. `conv11_aux` … `conv51_aux` widen the first map of each stage. The
    names are those of the weights file.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv0 = nn.Conv2d(3, 3, 1)
        for before, name in pairwise(("0", *PLAN)):
            width = WIDTHS[name[0]]
            inputs = 3 if before == "0" else WIDTHS[before[0]]
            convolution = nn.Conv2d(inputs, width, 3, padding=1, padding_mode="reflect")
            self.add_module(f"conv{name}", convolution)
            if name[1] == "1":
                self.add_module(f"conv{name}_aux", nn.Conv2d(width, WIDE[name[0]], 1))

    def maps(self, pictures: Tensor) -> Iterator[Tensor]:
        """The slim maps of the five stages: 16, 32, 64, 128, 128 channels; H, W divided by 1, 2, 4, 8, 16."""
        with torch.autocast(pictures.device.type, enabled=False):  # 255·BGR − mean wants all its digits
            x = self.conv0(pictures)
        for before, name in pairwise(("1", *PLAN)):
            if name[0] != before[0]:
                x = F.max_pool2d(x, 2)
            x = F.relu(self.get_submodule(f"conv{name}")(x))
            if name[1] == "1":
                yield x

    def forward(self, pictures: Tensor) -> list[Tensor]:
        """N×3×H×W in [0, 1] → the five aux maps."""
        return [self.get_submodule(aux)(x) for aux, x in zip(AUX_LAYERS, self.maps(pictures), strict=True)]


def build() -> nn.Module:
    """The network with random weights, as `--network recipes/slim_vgg.py:build` makes it (mean 0, std 1)."""
    return SlimVgg19()
