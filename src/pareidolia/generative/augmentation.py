"""Differentiable augmentation of what a discriminator sees (Zhao et al. 2020, "DiffAugment").

Real pictures and made ones are changed in the same ways, and gradients go through the change. A
discriminator that sees few pictures cannot learn them by heart then, and the generator does not learn the
changes, as it would if only real pictures were changed.
"""

from collections.abc import Callable, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.generative.settings import Augmentation
from pareidolia.training import StepContext

_MOVED, _CUT = 0.125, 0.5


def augmented(pictures: Tensor, kinds: Sequence[Augmentation], context: StepContext) -> Tensor:
    """Change each picture at random.

    Args:
        pictures: N×C×H×W in [-1, 1], or in [0, 1]: what comes in is 0, mid-grey or black.
        kinds: of changes, made in this order.
        context: of the step, which draws.

    Returns:
        N×C×H×W; colours may leave [-1, 1].
    """
    for kind in kinds:
        pictures = _KINDS[kind](pictures, context)
    return pictures


def _color(pictures: Tensor, context: StepContext) -> Tensor:
    """Brightness, and of colours saturation, and contrast; alpha is left alone."""
    brightness, saturation, contrast = context.uniform(3)[:, :, None, None, None].unbind(1)
    count = pictures.shape[1]
    colors, alpha = torch.split(pictures, [count - 1, 1] if count in (2, 4) else [count, 0], dim=1)
    colors = colors + brightness - 0.5
    if colors.shape[1] == 3:
        gray = colors.mean(1, keepdim=True)
        colors = torch.lerp(gray, colors, 2 * saturation)
    mean = colors.mean((1, 2, 3), keepdim=True)
    return torch.cat([torch.lerp(mean, colors, 0.5 + contrast), alpha], dim=1)


def _translation(pictures: Tensor, context: StepContext) -> Tensor:
    """Moved by at most an eighth of each side; mid-grey comes in."""
    height, width = pictures.shape[-2:]
    most = torch.tensor([round(height * _MOVED), round(width * _MOVED)], device=pictures.device)
    moved = (context.uniform(2) * (2 * most + 1)).long()
    padded = F.pad(pictures, (int(most[1]),) * 2 + (int(most[0]),) * 2)
    rows = moved[:, :1] + torch.arange(height, device=pictures.device)
    columns = moved[:, 1:] + torch.arange(width, device=pictures.device)
    chosen = torch.arange(len(pictures), device=pictures.device)[:, None, None]
    # Indexed dimensions come first: N×H×W×C.
    return padded[chosen, :, rows[:, :, None], columns[:, None]].permute(0, 3, 1, 2)


def _cutout(pictures: Tensor, context: StepContext) -> Tensor:
    """A rectangle of half of each side is mid-grey; its middle lies anywhere."""
    middles = context.uniform(2)
    height, width = pictures.shape[-2:]
    kept = []
    for side, middle in zip((height, width), middles.unbind(1), strict=True):
        places = (torch.arange(side, device=pictures.device) + 0.5) / side
        kept.append((places - middle[:, None]).abs() >= _CUT / 2)
    outside = kept[0][:, :, None] | kept[1][:, None]
    return pictures * outside[:, None]


_KINDS: dict[Augmentation, Callable[[Tensor, StepContext], Tensor]] = {
    "color": _color,
    "translation": _translation,
    "cutout": _cutout,
}
