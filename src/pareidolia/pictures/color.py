"""Colour: luminance, chroma, alpha, and signed maps as red and blue."""

import torch
from torch import Tensor

_LUMA = (0.299, 0.587, 0.114)
_YIQ = (_LUMA, (0.59590059, -0.27455667, -0.32134392), (0.21153661, -0.52273617, 0.31119955))
_OKLAB_TO_CONES = (
    (1.0, 0.3963377774, 0.2158037573),
    (1.0, -0.1055613458, -0.0638541728),
    (1.0, -0.0894841775, -1.2914855480),
)
_CONES_TO_LINEAR = (
    (4.0767416621, -3.3077115913, 0.2309699292),
    (-1.2684380046, 2.6097574011, -0.3413193965),
    (-0.0041960863, -0.7034186147, 1.7076147010),
)
_RED = (0.75, 0.05, 0.08)
_BLUE = (0.06, 0.25, 0.72)


def luminance(picture: Tensor) -> Tensor:
    """Luma Y' = 0.299 R + 0.587 G + 0.114 B of pictures N×3×H×W as N×1×H×W, in the same range.

    The weights of Rec. 601 on sRGB values, as Pillow and torchvision make grey pictures, on which grey
    networks were trained.
    """
    weights = picture.new_tensor(_LUMA).view(1, 3, 1, 1)
    return (picture * weights).sum(dim=1, keepdim=True)


def to_yiq(picture: Tensor) -> Tensor:
    """Luminance and the two chroma channels of NTSC, N×3×H×W from N×3×H×W sRGB.

    Y is `luminance`, in [0, 1]; |I| <= 0.596, |Q| <= 0.523, both 0 for grey. In this
    space style can be moved in luminance alone (Gatys et al., Preserving Color in Neural Artistic Style
    Transfer, 2016, section 5).
    """
    return torch.einsum("yc,nchw->nyhw", picture.new_tensor(_YIQ), picture)


def from_yiq(yiq: Tensor) -> Tensor:
    """The inverse of `to_yiq`: N×3×H×W sRGB, outside [0, 1] if chroma is too strong for the luminance."""
    inverse = torch.linalg.inv(torch.tensor(_YIQ, dtype=torch.float64)).to(yiq)
    return torch.einsum("cy,nyhw->nchw", inverse, yiq)


def over_white(picture: Tensor) -> Tensor:
    """Lay a picture with alpha, N×2 or N×4×H×W, on white: αC + 1 − α, N×1 or N×3×H×W; others stay."""
    if picture.shape[1] not in (2, 4):
        return picture
    color, alpha = picture[:, :-1], picture[:, -1:]
    return color * alpha + (1 - alpha)


def split_alpha(picture: Tensor) -> tuple[Tensor, Tensor | None]:
    """Split a picture into what is visible on white and its alpha.

    Args:
        picture: N×3×H×W or N×4×H×W.

    Returns:
        N×3×H×W, and the alpha N×1×H×W or None.
    """
    alpha = picture[:, 3:] if picture.shape[1] == 4 else None
    return over_white(picture), alpha


def symmetric(signed: Tensor, limit: float | None = None) -> Tensor:
    """Show a signed map as a picture: zero white, positive red, negative blue.

    Args:
        signed: N×1×H×W.
        limit: the magnitude at which colour stops growing, for both signs; if None each map's own largest
            magnitude.

    Returns:
        N×3×H×W in [0, 1]; white for a map of zeros.
    """
    if limit is None:
        scale = signed.abs().amax(dim=(1, 2, 3), keepdim=True)
    else:
        scale = signed.new_full((1, 1, 1, 1), limit)
    share = torch.where(scale > 0, signed / torch.where(scale > 0, scale, 1.0), 0.0).clamp(-1, 1)
    red, blue = (signed.new_tensor(ends).view(1, 3, 1, 1) for ends in (_RED, _BLUE))
    return 1 - share.clamp(min=0) * (1 - red) - (-share).clamp(min=0) * (1 - blue)


def from_oklch(lightness: Tensor, chroma: Tensor, hue: Tensor) -> Tensor:
    """sRGB N×3×H×W, clipped to [0, 1], of OKLCh coordinates N×1×H×W each; `hue` in radians.

    Equal steps of hue look about equal, and at one lightness none stands out: the colours for angles. White
    is lightness 1 and chroma 0; at lightness 0.74 every hue can be shown up to a chroma of 0.12 (Ottosson
    2020, "A perceptual color space for image processing").
    """
    lab = torch.cat([lightness, chroma * torch.cos(hue), chroma * torch.sin(hue)], dim=1)
    cones = torch.einsum("yc,nchw->nyhw", lab.new_tensor(_OKLAB_TO_CONES), lab) ** 3
    return from_linear(torch.einsum("yc,nchw->nyhw", lab.new_tensor(_CONES_TO_LINEAR), cones).clamp(0, 1))


def from_linear(light: Tensor) -> Tensor:
    """sRGB in [0, 1] of linear light in [0, 1], of any shape (IEC 61966-2-1)."""
    return torch.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055).clamp(0, 1)
