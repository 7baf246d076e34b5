"""Optical flow: where every pixel of one picture lies in another, and where that can be trusted.

The flow is OpenCV's (DIS: Kroeger et al. 2016); carrying pictures along it is done here, in torch.
"""

from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.pictures.color import luminance, over_white
from pareidolia.pictures.rounding import to_uint8
from pareidolia.settings import BadPicture
from pareidolia.settings.extras import require

# Sundaram, Brox and Keutzer (2010, eq. 5 and 6); the first and last number are pixels².
_CONSISTENT = (0.01, 0.5)
_SMOOTH = (0.01, 0.002)
_UNLIKE = 0.15


def optical_flow(picture: Tensor, other: Tensor) -> Tensor:
    """Where the pixels of one picture are in another, by Dense Inverse Search at its medium preset.

    `other` at p + flow(p) shows what `picture` shows at p. What is nowhere in `other` has an infinite flow:
    all of it where there is a hard cut or a flash between the two. The same pictures give the same flow.

    Args:
        picture: 1×C×H×W in [0, 1], at least 16 pixels a side.
        other: of the same size.

    Returns:
        1×2×H×W, pixels to the right and downwards.

    Raises:
        MissingExtra: If OpenCV is not installed.
        BadPicture: If sizes differ or are too small.
    """
    if picture.shape[-2:] != other.shape[-2:] or min(picture.shape[-2:]) < 16:
        sizes = " and ".join("x".join(map(str, each.shape[:-3:-1])) for each in (picture, other))
        raise BadPicture(f"a flow needs two pictures of one size, at least 16x16 pixels, not {sizes}")
    cv2 = require_flow()
    search = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    found = search.calc(_gray_levels(picture), _gray_levels(other), None)
    flow = torch.from_numpy(np.ascontiguousarray(found)).permute(2, 0, 1)[None].to(picture.device)
    return flow.masked_fill(_is_nowhere(picture, carried(other, flow)), torch.inf)


def _is_nowhere(picture: Tensor, found: Tensor) -> Tensor:
    """Where `found`, which a flow brought, does not look like the picture, 1×1×H×W.

    Noise, and light that changes by a tenth from frame to frame, stay below the bound. Two frames of a cut
    differ by more almost everywhere; where more than half of a picture is lost, the rest is alike by chance.
    """
    off = (over_white(picture) - over_white(found)).abs().amax(dim=1, keepdim=True)
    unlike = F.avg_pool2d(off, 5, 1, 2, count_include_pad=False) > _UNLIKE
    return unlike | (unlike.float().mean() > 0.5)


def require_flow() -> Any:
    """Import OpenCV.

    Returns:
        The module.

    Raises:
        MissingExtra: If it is not installed.
    """
    return require("cv2", extra="video")


def carried(picture: Tensor, flow: Tensor) -> Tensor:
    """Move a picture along a flow: `picture` at p + flow(p) for every pixel p, bilinearly.

    With `optical_flow(now, before)` it moves what is drawn on the picture before to where it is now. Beyond
    the border it repeats. Differentiable in the picture.

    Args:
        picture: N×C×H×W.
        flow: 1×2×H×W.

    Returns:
        N×C×H×W.
    """
    height, width = picture.shape[-2:]
    rows, columns = _places(flow)
    # grid_sample counts from -1 to 1, from the first pixel's centre to the last one's.
    grid = torch.stack([2 * columns / max(width - 1, 1) - 1, 2 * rows / max(height - 1, 1) - 1], dim=-1)
    return F.grid_sample(
        picture, grid.to(picture.dtype), mode="bilinear", padding_mode="border", align_corners=True
    )


def trusted(flow: Tensor, back: Tensor) -> Tensor:
    """Where a flow can be trusted.

    A pixel is not trusted if going there and back does not end where it began (it is covered in the other
    picture), at edges of motion, where the flow is uncertain, and if it leaves the picture (Sundaram, Brox
    and Keutzer 2010, eq. 5 and 6, as in Ruder, Dosovitskiy and Brox 2016).

    Args:
        flow: 1×2×H×W.
        back: the flow from the other picture.

    Returns:
        1 or 0, 1×1×H×W.
    """
    there = _squared(flow)
    again = carried(back, flow)
    share, floor = _CONSISTENT
    consistent = _squared(flow + again) < share * (there + _squared(again)) + floor
    share, floor = _SMOOTH
    smooth = _steepness(flow) <= share * there + floor
    rows, columns = _places(flow)
    height, width = flow.shape[-2:]
    inside = ((rows >= 0) & (rows <= height - 1) & (columns >= 0) & (columns <= width - 1))[:, None]
    return (consistent & smooth & inside).to(flow.dtype)


def followed(picture: Tensor, before: Tensor, now: Tensor) -> tuple[Tensor, Tensor]:
    """What is drawn on one frame of a video, moved to where things are in another.

    Args:
        picture: N×C×H×W, drawn on `before`.
        before: 1×C×H×W in [0, 1], at least 16 pixels a side.
        now: of the same size.

    Returns:
        The moved picture N×C×H×W, and 1 or 0, 1×1×H×W, where that can be trusted.

    Raises:
        MissingExtra: If OpenCV is not installed.
        BadPicture: If sizes differ or are too small.
    """
    flow, back = optical_flow(now, before), optical_flow(before, now)
    return carried(picture, flow), trusted(flow, back)


def _places(flow: Tensor) -> tuple[Tensor, Tensor]:
    """Rows and columns, N×H×W, of p + flow(p)."""
    height, width = flow.shape[-2:]
    rows, columns = torch.meshgrid(
        torch.arange(height, device=flow.device, dtype=flow.dtype),
        torch.arange(width, device=flow.device, dtype=flow.dtype),
        indexing="ij",
    )
    return rows + flow[:, 1], columns + flow[:, 0]


def _squared(flow: Tensor) -> Tensor:
    return flow.square().sum(dim=1, keepdim=True)


def _steepness(flow: Tensor) -> Tensor:
    """|∇u|² + |∇v|², by central differences, N×1×H×W."""
    padded = F.pad(flow, (1, 1, 1, 1), mode="replicate")
    across = (padded[..., 1:-1, 2:] - padded[..., 1:-1, :-2]) / 2
    down = (padded[..., 2:, 1:-1] - padded[..., :-2, 1:-1]) / 2
    return _squared(across) + _squared(down)


def _gray_levels(picture: Tensor) -> Any:
    """A picture 1×C×H×W as H×W bytes."""
    shown = over_white(picture)
    gray = luminance(shown) if shown.shape[1] == 3 else shown
    return to_uint8(gray[0, 0]).cpu().numpy()
