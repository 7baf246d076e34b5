"""A discriminator that looks through a network that sees already (Sauer et al. 2021, "Projected GANs").

A discriminator of its own has to learn to see while it judges. This one looks at pictures through retina,
which stays as it is; random projections that stay as they are too mix the maps of its stages, each with
those of the stages above, so that no stage can be left out; and on each mixture a few convolutions that
learn judge patches.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from pareidolia.generative.networks import Shape
from pareidolia.networks import load_network
from pareidolia.networks.retina.trunk import MEAN, STD, WIDTHS
from pareidolia.pictures import over_white

_PROJECTED = {1: 16, 2: 32, 3: 64, 4: 96, 5: 128}
"""Channels of the projection of each of retina's stages that is looked at."""
_SMALLEST = 4
"""Maps are halved until they are smaller than twice this."""


class ProjectedDiscriminator(nn.Module):
    """N×C×H×W in [-1, 1] → logits N×outputs×K of K patches, those of all stages together.

    Paper: its judges have batch normalisation. These have none, as everywhere in these models: a picture's
    logits do not depend on its neighbours in the batch. Spectral normalisation is the paper's.

    Args:
        shape: C, H, W of the pictures. Grey ones are seen as grey colours, alpha on white.
        outputs: logits of a patch.
    """

    def __init__(self, shape: Shape, outputs: int) -> None:
        super().__init__()
        sides = {stage: min(shape[1:]) // 2 ** (stage - 1) for stage in _PROJECTED}
        stages = [stage for stage, side in sides.items() if side]
        self.seeing = _Seeing(stages)
        self.projections = _Projections(stages)
        for fixed in (self.seeing, self.projections):
            fixed.requires_grad_(False)
        self.judges = nn.ModuleList(_judge(_PROJECTED[stage], sides[stage], outputs) for stage in stages)

    def forward(self, pictures: Tensor) -> Tensor:
        """N×C×H×W in [-1, 1] → N×outputs×K."""
        projected = self.projections(self.seeing(pictures))
        logits = [judge(maps) for judge, maps in zip(self.judges, projected, strict=True)]
        return torch.cat(logits, dim=2)


class _Seeing(nn.Module):
    """N×C×H×W in [-1, 1] → the maps that these stages of retina end with."""

    mean: Tensor
    std: Tensor

    def __init__(self, chosen: Sequence[int]) -> None:
        super().__init__()
        self.chosen = chosen
        self.stages = cast(nn.Sequential, load_network("retina").module)[: max(chosen)]
        self.register_buffer("mean", torch.tensor(MEAN).view(3, 1, 1))
        self.register_buffer("std", torch.tensor(STD).view(3, 1, 1))

    def forward(self, pictures: Tensor) -> list[Tensor]:
        colors = over_white((pictures + 1) / 2).expand(-1, 3, -1, -1)
        seen = (colors - self.mean) / self.std
        # A third of the time is saved where no convolution has to turn its maps.
        seen = seen.contiguous(memory_format=torch.channels_last)
        maps: list[Tensor] = []
        for number, stage in enumerate(cast(Iterable[nn.Sequential], self.stages), start=1):
            if number > 1:
                seen = F.max_pool2d(seen, 2)
            seen = stage[:-1](seen)  # but for the pooling
            if number in self.chosen:
                maps.append(seen)
        return maps


class _Projections(nn.Module):
    """Each stage's maps through a random 1×1 kernel, and from above through random 3×3 kernels."""

    def __init__(self, stages: Sequence[int]) -> None:
        super().__init__()
        widths = [_PROJECTED[stage] for stage in stages]
        self.across = nn.ModuleList(
            nn.Conv2d(WIDTHS[stage - 1][-1], _PROJECTED[stage], 1) for stage in stages
        )
        self.down = nn.ModuleList(nn.Conv2d(above, below, 3, padding=1) for below, above in pairwise(widths))
        for layer in (*self.across, *self.down):
            nn.init.kaiming_normal_(cast(nn.Conv2d, layer).weight, nonlinearity="linear")
            nn.init.zeros_(cast(Tensor, cast(nn.Conv2d, layer).bias))

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        mixed = [across(each) for across, each in zip(self.across, maps, strict=True)]
        for stage in reversed(range(len(mixed) - 1)):
            enlarged = F.interpolate(mixed[stage + 1], mixed[stage].shape[-2:], mode="bilinear")
            mixed[stage] = mixed[stage] + self.down[stage](enlarged)
        return mixed


def _judge(width: int, side: int, outputs: int) -> nn.Sequential:
    """Maps of `width` channels → N×outputs×K: halved to 4 to 7 px, then a logit for each position."""
    layers: list[nn.Module] = []
    while side >= 2 * _SMALLEST:
        # Kernels of 4 cover each pixel equally often, see `networks.ConvolutionalEncoder`.
        grown = min(2 * width, max(_PROJECTED.values()))
        layers += [spectral_norm(nn.Conv2d(width, grown, 4, stride=2, padding=1)), nn.LeakyReLU(0.2)]
        width, side = grown, side // 2
    layers += [spectral_norm(nn.Conv2d(width, width, 3, padding=1)), nn.LeakyReLU(0.2)]
    layers += [spectral_norm(nn.Conv2d(width, outputs, 3, padding=1)), nn.Flatten(2)]
    return nn.Sequential(*layers)
