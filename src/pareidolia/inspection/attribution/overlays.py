"""Showing attribution maps: laid over the photo, or as signed color around grey."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from pareidolia.inspection.attribution.registry import Method
from pareidolia.pictures import check_plots, luminance, symmetric
from pareidolia.settings import BadPicture, UnknownName, check_kind

# The share of pixels that may lie beyond full color: single spikes would leave all else invisible.
_OUTLIERS = 0.004


def overlay(picture: Tensor, attribution: Tensor) -> Tensor:
    """A map 1×1×H×W over a faded grey picture 1×3 or 1×1×H×W: red is for the target, blue against.

    Both signs share one scale: zero leaves the picture as it is, the strongest 0.4 % have full color.

    Args:
        picture: 1×3 or 1×1×H×W in [0, 1].
        attribution: 1×1×H×W.

    Returns:
        1×3×H×W in [0, 1].

    Raises:
        BadPicture: the shapes do not fit, e.g. because the two stand in the wrong order.
    """
    _check(picture, attribution)
    gray = luminance(picture) if picture.shape[1] == 3 else picture
    faded = 0.45 + 0.55 * gray
    return (faded * symmetric(attribution, limit=_limit(attribution))).clamp(0, 1)


def blended(
    picture: Tensor, attribution: Tensor, *, signed: bool, colormap: str | None = None, alpha: float = 0.5
) -> Tensor:
    """A map 1×1×h×w over a picture 1×3 or 1×1×H×W in its own colors; the map is enlarged bilinearly.

    Args:
        picture: in [0, 1].
        attribution: the map; where it is not `signed`, its least value counts as zero.
        signed: zero is the middle of the colormap.
        colormap: one of matplotlib's, laid over the whole picture. None: red for the target, blue against
            it, the fainter the nearer to zero.
        alpha: the share of the colormap, in [0, 1].

    Returns:
        1×3×H×W in [0, 1].

    Raises:
        BadPicture: the shapes do not fit.
        UnknownName: there is no such colormap.
        MissingExtra: a colormap is asked for without matplotlib.
    """
    height, width = picture.shape[-2:]
    _check(picture, attribution, resized=True)
    attribution = _without_floor(attribution, signed)
    limit = _limit(attribution)
    values = F.interpolate(attribution.float(), (height, width), mode="bilinear", align_corners=False)
    share = (values / limit if limit > 0 else torch.zeros_like(values)).clamp(-1, 1)
    if colormap is None:
        opacity, colors = alpha * share.abs(), symmetric(share.sign(), limit=1.0)
    else:
        opacity = torch.full_like(share, alpha)
        colors = _mapped((0.5 + 0.5 * share) if signed else share, colormap)
    return (picture.expand(-1, 3, -1, -1) * (1 - opacity) + colors * opacity).clamp(0, 1)


def colored(signal: Tensor) -> Tensor:
    """A signed signal 1×3×H×W as a picture: zero is mid-grey, each channel scaled by the same limit."""
    limit = _limit(signal)
    return (0.5 + 0.5 * signal / limit).clamp(0, 1) if limit > 0 else torch.full_like(signal, 0.5)


def shown(method: Method, picture: Tensor, attribution: Tensor) -> Tensor:
    """Show an attribution in the way that suits its method.

    Args:
        method: the method.
        picture: 1×3×H×W in [0, 1].
        attribution: 1×1×H×W or 1×C×H×W.

    Returns:
        1×3×H×W in [0, 1].
    """
    if method.colored:
        return colored(attribution.expand(-1, 3, -1, -1))
    return overlay(picture, _without_floor(attribution, method.signed))


def _without_floor(attribution: Tensor, signed: bool) -> Tensor:
    """RISE and Grad-CAM have a floor; what stands out from it is what is meant."""
    return attribution if signed else attribution - attribution.amin()


def _check(picture: Tensor, attribution: Tensor, *, resized: bool = False) -> None:
    check_kind(picture, Tensor, "the picture is to be a tensor 1×3×H×W or 1×1×H×W")
    check_kind(attribution, Tensor, "the map is to be a tensor 1×1×H×W")
    if picture.ndim != 4 or picture.shape[0] != 1 or picture.shape[1] not in (1, 3):
        raise BadPicture(f"the picture is to be 1×3×H×W or 1×1×H×W, not {_shape(picture)}")
    if attribution.ndim != 4 or attribution.shape[:2] != (1, 1):
        raise BadPicture(
            f"the map is to be 1×1×H×W, not {_shape(attribution)}: the picture comes first, then the map"
        )
    if not resized and attribution.shape[2:] != picture.shape[2:]:
        raise BadPicture(f"a map of {_shape(attribution)} does not lie over a picture of {_shape(picture)}")
    if picture.min() < 0 or picture.max() > 1:
        raise BadPicture(
            "the picture has values outside [0, 1]: the picture comes first, then the map, and the picture "
            "is given as it is, not normalized"
        )


def _shape(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape))


def check_colormap(name: str) -> None:
    """Find out before the work whether there is a colormap of that name.

    Args:
        name: of the colormap.

    Raises:
        UnknownName: there is none.
        MissingExtra: matplotlib is not installed.
    """
    check_plots()
    from matplotlib import colormaps

    if name not in colormaps:
        raise UnknownName("colormap", name, list(colormaps))


def _mapped(values: Tensor, name: str) -> Tensor:
    """Values 1×1×H×W in [0, 1] through one of matplotlib's colormaps, 1×3×H×W."""
    check_colormap(name)
    from matplotlib import colormaps

    colors = colormaps[name](values[0, 0].detach().cpu().numpy())[..., :3]
    return torch.from_numpy(colors).permute(2, 0, 1)[None].to(values)


def _limit(attribution: Tensor) -> float:
    """The magnitude shown in full color; untouched pixels do not count, or a small map would glare."""
    magnitudes = attribution.detach().abs().flatten().float().cpu()
    touched = magnitudes[magnitudes > 1e-4 * magnitudes.max()]
    return float(np.quantile(touched.numpy(), 1 - _OUTLIERS)) if len(touched) else 0.0
