"""Who tells painted crops from paintings: what the statistics of a weave have right, looks wrong to it.

It looks through VGG-19, as a projected GAN's discriminator does (Sauer et al., "Projected GANs converge
faster", 2021): one that sees already learns in minutes what a new one needs most of a training for.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from brush_loss import CHANNELS

STAGES = (1, 2, 3)
"""It sees relu2_1, relu3_1 and relu4_1."""
_WIDTH = 96


class Critic(nn.Module):
    """A judge of patches for each of three layers' maps."""

    def __init__(self) -> None:
        super().__init__()
        self.judges = nn.ModuleList(PatchJudge(CHANNELS[stage]) for stage in STAGES)

    def forward(self, maps: Sequence[Tensor], means: Sequence[Tensor]) -> Tensor:
        """VGG-19's five maps of N pictures and the means of their paintings' → N×P logits of all patches."""
        seen = zip(self.judges, STAGES, strict=True)
        return torch.cat([judge(maps[stage].float(), means[stage]) for judge, stage in seen], dim=1)


class PatchJudge(nn.Module):
    """Says of patches of 5×5 positions whether they are from the painting whose mean it is given.

    The logit of a patch with features f is w·f + f·E m, m the mean (Miyato, "cGANs with Projection
    Discriminator", 2018).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.features = nn.Sequential(
            spectral_norm(nn.Conv2d(channels, _WIDTH, 3)),
            nn.LeakyReLU(0.2),
            spectral_norm(nn.Conv2d(_WIDTH, _WIDTH, 3)),
            nn.LeakyReLU(0.2),
        )
        self.alone = spectral_norm(nn.Conv2d(_WIDTH, 1, 1))
        self.together = nn.Linear(channels, _WIDTH)
        nn.init.zeros_(self.together.weight)
        nn.init.zeros_(self.together.bias)

    def forward(self, maps: Tensor, means: Tensor) -> Tensor:
        """N×P logits."""
        seen = self.features(maps)
        wanted = self.together(means)
        together = (seen * wanted[:, :, None, None]).sum(1, keepdim=True) / _WIDTH**0.5
        logits: Tensor = self.alone(seen) + together
        return logits.flatten(1)
