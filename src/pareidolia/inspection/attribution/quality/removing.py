"""Removing pixels so that a network cannot tell that something is missing: ROAD, IROF."""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from pareidolia.inspection.attribution.batching import batches, fitting
from pareidolia.inspection.attribution.faithfulness import ScoreCurve
from pareidolia.inspection.targets import Target, confidence
from pareidolia.networks import Network, preserve_state
from pareidolia.networks.devices import in_double
from pareidolia.randomness import seeded_generator
from pareidolia.settings.extras import require

_TOLERANCE = 1e-5
_MOST_STEPS = 2000


def road(
    network: Network,
    picture: Tensor,
    target: Target,
    attribution: Tensor,
    *,
    shares: tuple[float, ...] = (0.1, 0.3, 0.5, 0.7, 0.9),
    noise: float = 0.01,
    seed: int = 0,
) -> ScoreCurve:
    """Confidence as the most important pixels are imputed (Rong et al. 2022); low is good.

    Args:
        network: the network.
        picture: 1×C×H×W in [0, 1].
        target: whose confidence is measured.
        attribution: 1×C×H×W or 1×1×H×W: the larger (signed color: by magnitude), the more important.
        shares: of the pixels that are imputed, each in (0, 1).
        noise: deviation of what is added to imputed pixels, so that their smoothness does not betray them.
        seed: of the noise.

    Returns:
        The curve at these shares.
    """
    signal = attribution.abs().sum(dim=1) if attribution.shape[1] > 1 else attribution[:, 0]
    order = signal.flatten().argsort(descending=True, stable=True)
    removed = torch.zeros(len(shares), len(order), dtype=torch.bool, device=picture.device)
    for row, share in zip(removed, shares, strict=True):
        row[order[: int(len(order) * share)]] = True
    masks = removed.view(len(shares), 1, *picture.shape[-2:])
    filled = imputed(picture, masks)
    grain = torch.randn(filled.shape, generator=seeded_generator(seed)).to(filled)
    filled = torch.where(masks, filled + noise * grain, filled).clamp(0, 1)
    return ScoreCurve(torch.tensor(shares), _confidences(network, filled, target))


def imputed(picture: Tensor, masks: Tensor) -> Tensor:
    """Each removed pixel as the weighted mean of its eight neighbors, removed ones too: linear imputation.

    The sparse system is solved by conjugate gradients for all masks and channels at once.

    Args:
        picture: 1×C×H×W.
        masks: N×1×H×W, true where pixels are removed; at least one is to stay in each.

    Returns:
        N×C×H×W.
    """
    unknown = in_double(masks)
    known = in_double(picture) * (1 - unknown)
    inside = _neighbors(torch.ones_like(unknown[:1]))  # less than 1 at the border

    def system(values: Tensor) -> Tensor:
        return unknown * (inside * values - _neighbors(values))

    wanted = unknown * _neighbors(known)
    found = unknown * in_double(picture).mean(dim=(2, 3), keepdim=True)
    residual = wanted - system(found)
    way, strength = residual.clone(), _squared(residual)
    goal = _TOLERANCE**2 * _squared(wanted).clamp(min=1e-12)
    for _ in range(_MOST_STEPS):
        if bool((strength <= goal).all()):
            break
        back = system(way)
        step = strength / (way * back).sum(dim=(2, 3), keepdim=True).clamp(min=1e-30)
        found, residual = found + step * way, residual - step * back
        stronger = _squared(residual)
        way, strength = residual + stronger / strength.clamp(min=1e-30) * way, stronger
    return (known + unknown * found).to(picture)


def _neighbors(values: Tensor) -> Tensor:
    """The sum of the eight pixels around each, N×C×H×W; those beyond the border are 0.

    A sixth of each beside it and a twelfth of each across (Rong et al. 2022, section 4.2): 1 2 1 by 1 2 1
    without the middle. Sums of shifted pictures are quicker than a convolution of one channel.
    """
    padded = F.pad(values, (1, 1, 1, 1))
    rows = (padded[..., :-2] + padded[..., 2:]).add_(padded[..., 1:-1], alpha=2)
    around = (rows[..., :-2, :] + rows[..., 2:, :]).add_(rows[..., 1:-1, :], alpha=2)
    return around.sub_(values, alpha=4).div_(12)


def _squared(values: Tensor) -> Tensor:
    return values.square().sum(dim=(2, 3), keepdim=True)


@dataclass(frozen=True)
class SegmentRemoval:
    """What removing a picture's segments, most important first, left of the confidence.

    Attributes:
        kept: confidence after each segment, divided by that of the whole picture.
    """

    kept: Tensor

    @property
    def area_over(self) -> float:
        """The area over the curve, in segments (Rieger and Hansen 2020, eq. 1): high is good."""
        return len(self.kept) - float(torch.trapezoid(self.kept.double()))

    @property
    def share(self) -> float:
        """The same as a share of the segments."""
        return self.area_over / len(self.kept)


def irof(
    network: Network,
    picture: Tensor,
    target: Target,
    attribution: Tensor,
    *,
    segments: Tensor | None = None,
    fill: float | None = None,
) -> SegmentRemoval:
    """Iterative removal of features (Rieger and Hansen 2020): whole segments, not pixels.

    Args:
        network: the network.
        picture: 1×C×H×W in [0, 1].
        target: whose confidence is measured.
        attribution: as for `road`; segments go by its mean over them.
        segments: H×W of whole numbers from 0; None takes superpixels (SLIC).
        fill: what segments are filled with; None takes the picture's mean color.

    Returns:
        What is left after each.

    Raises:
        MissingExtra: scikit-image, which finds superpixels, is not installed.
    """
    parts = superpixels(picture) if segments is None else segments
    signal = (attribution.abs() if attribution.shape[1] > 1 else attribution).mean(dim=1)[0]
    count = int(parts.max()) + 1
    flat = parts.flatten().to(signal.device)
    sums = torch.zeros(count).to(signal).index_add_(0, flat, signal.flatten())
    order = (sums / flat.bincount(minlength=count).clamp(min=1)).argsort(descending=True, stable=True)
    rank = torch.empty_like(order)
    rank[order] = torch.arange(count).to(order)
    places = rank[flat].view(1, 1, *parts.shape)
    color = picture.mean(dim=(2, 3), keepdim=True) if fill is None else torch.full_like(picture, fill)
    steps = torch.arange(1, count + 1).view(-1, 1, 1, 1).to(places)
    copies = torch.where(places < steps, color, picture)
    values = _confidences(network, torch.cat([picture, copies]), target)
    return SegmentRemoval(values[1:] / values[0].clamp(min=1e-12))


def superpixels(picture: Tensor, about: int = 100) -> Tensor:
    """About so many SLIC superpixels of a picture 1×C×H×W in [0, 1], H×W of whole numbers from 0."""
    require("skimage.segmentation", extra="samples")
    from skimage.segmentation import slic

    pixels = picture[0].cpu().double().permute(1, 2, 0).numpy()
    return torch.from_numpy(slic(pixels, n_segments=about, start_label=0)).long()


def _confidences(network: Network, pictures: Tensor, target: Target) -> Tensor:
    found = []
    with preserve_state(network.module), torch.no_grad():
        for some in batches(len(pictures), fitting(pictures[0])):
            seen = pictures[some].contiguous(memory_format=torch.channels_last)
            found.append(confidence(target, network, seen).float().cpu())
    return torch.cat(found)
