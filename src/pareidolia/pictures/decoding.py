"""From a Pillow image of any mode to a picture: colour profiles to sRGB, alpha, 16 bits, one scale [0, 1]."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import torch
from PIL import Image, ImageCms
from torch import Tensor

from pareidolia.pictures.rounding import to_uint8
from pareidolia.settings import BadPicture, one_line

_SINGLE = {"I", "F", "I;16", "I;16L", "I;16B", "I;16N"}
_GRAY = {"1", "L", "LA", "La"}
_MODE_OF_SPACE = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def decode(image: Image.Image) -> Tensor:
    """Decode an image to a picture.

    An embedded ICC profile (RGB, grey or CMYK) is converted to sRGB, perceptually; one that is broken or of
    another colour space than the picture is ignored. Grey of 16 bits keeps its precision unless it has a
    profile, colour of 16 bits does not: Pillow reads it as 8.

    Args:
        image: a Pillow image of any mode.

    Returns:
        Float32 1×3×H×W in [0, 1], sRGB; 1×4×H×W if it has alpha, not premultiplied, or a transparent colour.

    Raises:
        BadPicture: If floating-point grey lies outside [0, 1], or the image's data do not fit its mode.
    """
    with _fitting():
        return _decoded(image)


def _decoded(image: Image.Image) -> Tensor:
    profile = image.info.get("icc_profile")
    if image.mode in _SINGLE:
        gray, alpha = _deep_gray(image)
        if not profile:
            return _stacked(gray, alpha)
        color = Image.fromarray(to_uint8(gray).numpy())
    else:
        color, alpha = _split(image)
    if profile:
        color = _to_srgb(color, profile)
    if color.mode not in ("L", "RGB"):
        color = color.convert("RGB")
    return _stacked(_unit_range(color), alpha)


def is_plain(image: Image.Image) -> bool:
    """Whether an image has 8 bits a channel and no transparency, so that `plain_srgb` can be used."""
    return image.mode in ("L", "RGB", "CMYK") and not image.has_transparency_data


def plain_srgb(image: Image.Image) -> Image.Image:
    """`decode` for plain images, as a Pillow image of mode RGB. No torch runs in it: threads may call it."""
    profile = image.info.get("icc_profile")
    with _fitting():
        color = _to_srgb(image, profile) if profile else image
        return color if color.mode == "RGB" else color.convert("RGB")


@contextmanager
def _fitting() -> Iterator[None]:
    """Within it what Pillow cannot convert is a bad picture: a palette of more entries than there are."""
    try:
        yield
    except (ValueError, OSError, ImageCms.PyCMSError) as error:
        raise BadPicture(f"damaged ({one_line(error)})") from error


def _split(image: Image.Image) -> tuple[Image.Image, Tensor | None]:
    """The colour of an 8-bit image as L, RGB or CMYK, and its alpha H×W if it has one."""
    mode = "L" if image.mode in _GRAY else "RGB"
    if image.has_transparency_data:
        whole = image.convert("LA" if mode == "L" else "RGBA")
        return whole.convert(mode), _unit_range(whole.getchannel("A"))
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return _transformed(image, ImageCms.ImageCmsProfile(lab)), None
    return (image if image.mode in ("CMYK", mode) else image.convert(mode)), None


def _to_srgb(color: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if _MODE_OF_SPACE.get(source.profile.xcolor_space) != color.mode:
            return color
        return _transformed_gray(color, source) if color.mode == "L" else _transformed(color, source)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return color


def _transformed_gray(gray: Image.Image, source: ImageCms.ImageCmsProfile) -> Image.Image:
    """Look up each of the 256 greys: LittleCMS's fast path for grey is levels off in the shadows."""
    ramp = Image.fromarray(np.arange(256, dtype=np.uint8)[None])
    table = np.asarray(_transformed(ramp, source, ImageCms.Flags.NOOPTIMIZE))[0]
    return Image.fromarray(table[np.asarray(gray)])


def _transformed(
    color: Image.Image,
    source: ImageCms.ImageCmsProfile,
    flags: ImageCms.Flags = ImageCms.Flags.NONE,
) -> Image.Image:
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    made = ImageCms.profileToProfile(
        color, source, srgb, ImageCms.Intent.PERCEPTUAL, outputMode="RGB", flags=flags
    )
    assert made is not None  # None only if it works in place.
    return made


def _deep_gray(image: Image.Image) -> tuple[Tensor, Tensor | None]:
    """Grey H×W in [0, 1] of 16-bit or floating-point values, and alpha if one value is transparent."""
    values = np.asarray(image).astype(np.float32)
    top = 1.0 if image.mode == "F" else 65535.0
    if not (values.min() >= 0 and values.max() <= top):  # Written so that NaN is refused too.
        raise BadPicture(f"its values are not within 0 to {top:g}: save it with 8 or 16 bits")
    clear = image.info.get("transparency")
    alpha = torch.from_numpy((values != clear).astype(np.float32)) if isinstance(clear, int) else None
    return torch.from_numpy(values / np.float32(top)), alpha


def _unit_range(image: Image.Image) -> Tensor:
    """An 8-bit image as float32 in [0, 1], H×W or 3×H×W."""
    levels = torch.from_numpy(np.array(image, dtype=np.uint8))
    # Reordered as bytes: large photos would need the memory twice as floats.
    planes = levels.permute(2, 0, 1).contiguous() if levels.ndim == 3 else levels
    return planes.float().div_(255)


def _stacked(color: Tensor, alpha: Tensor | None) -> Tensor:
    """1×3×H×W or 1×4×H×W from H×W or 3×H×W, and H×W."""
    planes = color if color.ndim == 3 else color.expand(3, -1, -1)
    if alpha is not None:
        planes = torch.cat([planes, alpha[None]])
    return planes[None].contiguous()
