"""The teacher: VGG-19 up to relu5_1, distilled to a few channels (Wang et al. 2020)."""

from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import Tensor, nn

PLAN = [
    "11",
    "12",
    "pool",
    "21",
    "22",
    "pool",
    "31",
    "32",
    "33",
    "34",
    "pool",
    "41",
    "42",
    "43",
    "44",
    "pool",
    "51",
]


class SlimVgg(nn.Module):
    """The five aux maps (close to VGG-19's relu1_1 … relu5_1), in the fewest coordinates that keep distances.

    An aux map is A f + b with f the slim feature map (16/32/64/128/128 channels) and A of
    64/128/256/512/512 rows. With A = Q R, Q orthonormal, ‖A f − A g‖ = ‖R f − R g‖: R f has the same squared
    errors and the same summed variance as the aux map, in a quarter of its channels. `forward` gives R f.
    """

    def __init__(self, weights: Path) -> None:
        super().__init__()
        for name, value in load_file(weights).items():
            self.register_buffer(name.replace(".", "_"), value)
        for stage in "12345":
            aux = getattr(self, f"conv{stage}1_aux_weight")
            self.register_buffer(f"metric{stage}", torch.linalg.qr(aux.flatten(1)).R[..., None, None])

    @torch.no_grad()
    def forward(self, pictures: Tensor) -> list[Tensor]:
        """N×3×H×W in [0, 1] → five maps, N×(16, 32, 64, 128, 128)×(H, W divided by 1, 2, 4, 8, 16)."""
        with torch.autocast(pictures.device.type, enabled=False):  # 255·BGR − mean wants all its digits
            x = F.conv2d(pictures, self.conv0_weight, self.conv0_bias)
        maps = []
        for name in PLAN:
            if name == "pool":
                x = F.max_pool2d(x, 2)
                continue
            x = F.pad(x, (1, 1, 1, 1), "reflect")
            x = F.relu(F.conv2d(x, getattr(self, f"conv{name}_weight"), getattr(self, f"conv{name}_bias")))
            if name.endswith("1"):
                maps.append(F.conv2d(x, getattr(self, f"metric{name[0]}")).float())
        return maps
