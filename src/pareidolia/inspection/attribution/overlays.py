"""Showing attribution maps: laid over the photo, or as signed colour around grey."""

import numpy as np
import torch
from torch import Tensor

from pareidolia.inspection.attribution.methods import Method
from pareidolia.pictures import luminance, symmetric

# The share of pixels that may lie beyond full colour: single spikes would leave all else invisible.
_OUTLIERS = 0.004


def overlay(picture: Tensor, attribution: Tensor) -> Tensor:
    """A map 1×1×H×W over a faded grey picture 1×3×H×W: red speaks for the target, blue against, 1×3×H×W.

    Both signs share one scale: zero leaves the picture as it is, the strongest 0.4 % have full colour.
    """
    gray = luminance(picture) if picture.shape[1] == 3 else picture
    faded = 0.45 + 0.55 * gray
    return (faded * symmetric(attribution, limit=_limit(attribution))).clamp(0, 1)


def colored(signal: Tensor) -> Tensor:
    """A signed signal 1×3×H×W as a picture: zero is mid-grey, each channel scaled by the same limit."""
    limit = _limit(signal)
    return (0.5 + 0.5 * signal / limit).clamp(0, 1) if limit > 0 else torch.full_like(signal, 0.5)


def shown(method: Method, picture: Tensor, attribution: Tensor) -> Tensor:
    """An attribution 1×1 or 1×C×H×W in the manner that suits its method, 1×3×H×W in [0, 1]."""
    if method.colored:
        return colored(attribution.expand(-1, 3, -1, -1))
    if not method.signed:
        # RISE and Grad-CAM have a floor; what stands out from it is what is meant.
        attribution = attribution - attribution.amin()
    return overlay(picture, attribution)


def _limit(attribution: Tensor) -> float:
    """The magnitude shown in full colour; untouched pixels do not count, lest a small map glare."""
    magnitudes = attribution.detach().abs().flatten().float().cpu()
    touched = magnitudes[magnitudes > 1e-4 * magnitudes.max()]
    return float(np.quantile(touched.numpy(), 1 - _OUTLIERS)) if len(touched) else 0.0
