"""Who tells painted crops from paintings: what the Gram matrices of a weave have right, looks wrong to it."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_WIDTHS = (32, 64, 128)
_SIZES = 2


class Critic(nn.Module):
    """Two judges of patches, one at the pictures' size and one at half of it."""

    def __init__(self) -> None:
        super().__init__()
        self.judges = nn.ModuleList(PatchJudge() for _ in range(_SIZES))

    def forward(self, pictures: Tensor, paintings: Tensor) -> Tensor:
        """N×3×H×W in [0, 1] and pieces of paintings → N×P logits, of all patches at both sizes."""
        logits = [judge(_smaller(pictures, k), _smaller(paintings, k)) for k, judge in enumerate(self.judges)]
        return torch.cat(logits, dim=1)


class PatchJudge(nn.Module):
    """Says of patches of 38 pixels (Isola 2017) whether they are from the painting of which it sees a piece.

    The logit of a patch with features f is w·f + f·E g, g the mean features of the piece (Miyato, "cGANs with
    Projection Discriminator", 2018).
    """

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for before, width in zip((3, *_WIDTHS), _WIDTHS, strict=False):
            layers += [nn.Conv2d(before, width, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
        self.features = nn.Sequential(*layers, nn.Conv2d(_WIDTHS[-1], _WIDTHS[-1], 3), nn.LeakyReLU(0.2))
        self.alone = nn.Conv2d(_WIDTHS[-1], 1, 1)
        self.together = nn.Linear(_WIDTHS[-1], _WIDTHS[-1])
        for layer in self.features:
            if isinstance(layer, nn.Conv2d):
                nn.init.kaiming_normal_(layer.weight, 0.2)
                nn.init.zeros_(layer.bias)
        nn.init.zeros_(self.together.weight)
        nn.init.zeros_(self.together.bias)

    def forward(self, pictures: Tensor, paintings: Tensor) -> Tensor:
        """N×P logits."""
        seen = self.features(2 * pictures - 1)
        wanted = self.together(self.features(2 * paintings - 1).mean((2, 3)))
        together = (seen * wanted[:, :, None, None]).sum(1, keepdim=True) / _WIDTHS[-1] ** 0.5
        logits: Tensor = self.alone(seen) + together
        return logits.flatten(1)


def _smaller(pictures: Tensor, halvings: int) -> Tensor:
    return F.avg_pool2d(pictures, 2**halvings) if halvings else pictures
