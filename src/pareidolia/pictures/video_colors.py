"""Colours of a video's frames: from the matrix, primaries and transfer that the file states, to sRGB."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pareidolia.pictures.color import from_linear

BT709, BT601 = 1, 5
"""Numbers of the matrices between RGB and what is stored, as files state them (ITU-T H.273)."""

_UNSTATED = 2
_PRIMARIES_709, _PRIMARIES_2020 = 1, 9
_PQ, _HLG = 16, 18
# From the primaries of BT.2020 to those of sRGB, in linear light (ITU-R BT.2087, inverted).
_TO_SRGB = (
    (1.660491, -0.587641, -0.072850),
    (-0.124550, 1.132900, -0.008349),
    (-0.018151, -0.100579, 1.118730),
)
_LUMINANCE_2020 = (0.2627, 0.6780, 0.0593)
_WHITE = 203.0  # cd/m² of white in HDR (ITU-R BT.2408)
_SHOULDER = 0.85  # what is brighter is compressed, so that highlights keep their shape


def matrix_for(height: int, width: int) -> int:
    """The matrix of a video that states none, as players choose it: BT.709 from HD on, else BT.601."""
    return BT709 if width >= 1280 or height > 576 else BT601


def picture_of(frame: Any) -> Tensor:
    """A decoded frame as a picture.

    HDR (PQ or HLG) is shown as on a screen without it: the white of papers and faces (203 cd/m²) becomes
    white, what is brighter is compressed above 0.85 of linear light.

    Args:
        frame: PyAV's.

    Returns:
        1×3×H×W in [0, 1], sRGB.
    """
    stated = frame.format.is_rgb or frame.colorspace not in (0, _UNSTATED)
    matrix = None if stated else matrix_for(frame.height, frame.width)
    hdr = _LIGHT.get(frame.color_trc)
    if hdr is None and frame.color_primaries != _PRIMARIES_2020:
        return _values(frame, "rgb24", matrix).div_(255)
    light = (hdr or _srgb_light)(_values(frame, "rgb48le", matrix).div_(65535))
    if frame.color_primaries != _PRIMARIES_709:
        light = torch.einsum("yc,nchw->nyhw", light.new_tensor(_TO_SRGB), light).clamp(min=0)
    return from_linear((light if hdr is None else _compressed(light)).clamp(max=1))


def _values(frame: Any, form: str, matrix: int | None) -> Tensor:
    """1×3×H×W float32, in the levels of `form`."""
    levels = frame.to_ndarray(format=form, src_colorspace=matrix)
    return torch.from_numpy(levels.astype(np.float32)).permute(2, 0, 1)[None].contiguous()


def _pq_light(signal: Tensor) -> Tensor:
    """Light of perceptually quantised values (SMPTE ST 2084), 1 for white."""
    root = signal.pow(32 / 2523)
    share = (root - 0.8359375).clamp(min=0) / (18.8515625 - 18.6875 * root)
    return (10_000 / _WHITE) * share.pow(8192 / 1305)


def _hlg_light(signal: Tensor) -> Tensor:
    """Light of hybrid log-gamma values on a screen of 1000 cd/m² (ITU-R BT.2100), 1 for white."""
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = torch.where(signal <= 0.5, signal.square() / 3, (((signal - c) / a).exp() + b) / 12)
    luminance = (scene * scene.new_tensor(_LUMINANCE_2020).view(1, 3, 1, 1)).sum(1, keepdim=True)
    return (1000 / _WHITE) * luminance.clamp(min=1e-6).pow(0.2) * scene


def _srgb_light(signal: Tensor) -> Tensor:
    """Linear light of sRGB values, as which a video without HDR is read."""
    return torch.where(signal <= 0.04045, signal / 12.92, ((signal + 0.055) / 1.055).pow(2.4))


_LIGHT: dict[int, Callable[[Tensor], Tensor]] = {_PQ: _pq_light, _HLG: _hlg_light}


def _compressed(light: Tensor) -> Tensor:
    """Light in [0, 1]: what is beyond the shoulder approaches 1, with its hue."""
    brightest = light.amax(1, keepdim=True)
    room = 1 - _SHOULDER
    beyond = (brightest - _SHOULDER).clamp(min=0) / room
    shown = torch.where(brightest > _SHOULDER, _SHOULDER + room * beyond / (1 + beyond), brightest)
    return light * (shown / brightest.clamp(min=1e-6))
