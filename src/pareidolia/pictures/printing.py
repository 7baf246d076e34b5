"""Pictures for print: 16 bits a channel, a size in centimetres, a resolution and a color profile in the file.

Pillow has no color of 16 bits. PNG is written here (its rows filtered by "up", then deflated); TIFF by
tifffile, and both are read by OpenCV: the extra `print`.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Literal

import numpy as np
import torch
from PIL import ExifTags, Image, ImageCms
from torch import Tensor

from pareidolia.pictures.reading import opened
from pareidolia.settings import BadPicture, PareidoliaError
from pareidolia.settings.extras import require

_LENGTH = re.compile(r"(\d+(?:\.\d+)?)(?:\s*[x×]\s*(\d+(?:\.\d+)?))?\s*(cm|mm|in)", re.IGNORECASE)
_INCHES = {"cm": 1 / 2.54, "mm": 1 / 25.4, "in": 1.0}
_INCHES_A_METER = 1 / 0.0254
_DEEP = 16
_PNG = b"\x89PNG\r\n\x1a\n"
_COLOR_TYPES = {1: 0, 3: 2, 4: 6}  # of PNG, by channels

# Who took it, when, and with what. Places, serial numbers, owners' names and thumbnails stay behind.
_CARRIED = ("Artist", "Copyright", "DateTime", "Make", "Model")
_CARRIED_OF_EXPOSURE = (
    "DateTimeOriginal", "ExposureTime", "FNumber", "ISOSpeedRatings", "FocalLength", "LensModel",
)  # fmt: skip


@dataclass(frozen=True)
class Print:
    """What a file carries for print.

    Attributes:
        bits: a channel: 8, or 16 in PNG and TIFF.
        dpi: pixels an inch; None writes none.
        exif: what is carried over from the photo, if anything (`carried_exif`).
    """

    bits: Literal[8, 16] = 8
    dpi: float | None = None
    exif: Image.Exif | None = None


def pixels_for(size: str, dpi: float, proportions: tuple[int, int] | None) -> int:
    """The longer side in pixels of a picture that fits a size on paper.

    Args:
        size: 30cm (the longer side), 30x20cm, 12x8in or 300x200mm; which is the width does not matter.
        dpi: pixels an inch.
        proportions: width and height of the picture, in any unit; None fills the longer side.

    Returns:
        Pixels.

    Raises:
        PareidoliaError: If the size cannot be read.
    """
    match = _LENGTH.fullmatch(size.strip())
    if match is None:
        raise PareidoliaError(f"'{size}' is not a size on paper: write 30cm, 30x20cm, 300x200mm or 12x8in")
    sides = sorted(float(side) for side in match.group(1, 2) if side is not None)
    longer = sides[-1]
    if len(sides) == 2 and proportions is not None:
        # The picture is fitted in: its shorter side may be what limits it.
        longer = min(longer, sides[0] * max(proportions) / min(proportions))
    pixels = round(longer * _INCHES[match[3].lower()] * dpi)
    if pixels < 1:
        raise PareidoliaError(f"'{size}' at {dpi:g} dpi is less than a pixel")
    return pixels


def proportions_of(path: str) -> tuple[int, int] | None:
    """Width and height of a picture file as it is seen; None if there is no such file."""
    if not Path(path).is_file():
        return None
    with opened(path) as image:
        turned = image.getexif().get(ExifTags.Base.Orientation, 1) >= 5
        return (image.height, image.width) if turned else (image.width, image.height)


def carried_exif(path: str) -> tuple[Image.Exif | None, float | None]:
    """What a result takes over from its photo's file: who, when and with what; and its resolution.

    Neither the place nor anything that names a device or an owner is among it.

    Args:
        path: of the photo.

    Returns:
        EXIF, or None if there is nothing to carry; pixels an inch, or None.
    """
    if not Path(path).is_file():
        return None, None
    try:
        with opened(path) as image:
            found, dpi = image.getexif(), image.info.get("dpi")
            exposure = found.get_ifd(ExifTags.IFD.Exif)
    except Exception:  # broken EXIF raises errors of many kinds, and is nothing to carry
        return None, None
    kept = Image.Exif()
    for name in _CARRIED:
        if (value := found.get(ExifTags.Base[name])) is not None:
            kept[ExifTags.Base[name]] = value
    inner: dict[int, object] = {}
    for name in _CARRIED_OF_EXPOSURE:
        if (value := exposure.get(ExifTags.Base[name])) is not None:
            inner[ExifTags.Base[name]] = value
    if inner:
        kept.get_ifd(ExifTags.IFD.Exif).update(inner)
    resolution = float(dpi[0]) if dpi and 1 < float(dpi[0]) < 10_000 else None
    return (kept if len(kept) or inner else None), resolution


@cache
def srgb_profile() -> bytes:
    """The ICC profile of sRGB, the same bytes at any time: LittleCMS writes the date into it."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    profile[24:36], profile[84:100] = bytes(12), bytes(16)
    return bytes(profile)


def to_uint16(picture: Tensor) -> "np.ndarray[tuple[int, ...], np.dtype[np.uint16]]":
    """A picture 1×C×H×W in [0, 1] as H×W×C of 16 bits, rounded to nearest; values outside clipped."""
    levels = picture.detach().to("cpu", torch.float64)[0].clamp(0, 1).mul(65535).add_(0.5).floor_()
    return levels.permute(1, 2, 0).numpy().astype(np.uint16)


def encode_deep(picture: Tensor, file_format: str, text: str, key: str, printing: Print) -> bytes:
    """The bytes of a PNG or TIFF file of 16 bits a channel, with sRGB's profile.

    Args:
        picture: 1×1×H×W, 1×3×H×W or 1×4×H×W in [0, 1].
        file_format: "PNG" or "TIFF".
        text: the record; empty for none.
        key: what the record is called in a PNG.
        printing: the resolution, and EXIF.

    Returns:
        The file.

    Raises:
        BadPicture: If the format has no 16 bits.
        MissingExtra: If tifffile is missing, which writes TIFF.
    """
    levels = to_uint16(picture)
    if file_format == "PNG":
        return _png(levels, text, key, printing)
    if file_format != "TIFF":
        raise BadPicture(f"{file_format} has 8 bits a channel: save to .png or .tif, or leave out --bits 16")
    file = BytesIO()
    require("tifffile", extra="print").imwrite(
        file,
        levels.squeeze(2) if levels.shape[2] == 1 else levels,
        photometric="minisblack" if levels.shape[2] == 1 else "rgb",
        extrasamples=["unassalpha"] if levels.shape[2] == 4 else None,
        compression="zlib",
        predictor=True,
        resolution=(printing.dpi or 72, printing.dpi or 72),
        resolutionunit="INCH",
        iccprofile=srgb_profile() if levels.shape[2] > 1 else None,
        description=text,
        extratags=_texts_of(printing.exif),
        software=False,
        metadata=None,
    )
    return file.getvalue()


def _texts_of(exif: Image.Exif | None) -> list[tuple[int, str, int, str, bool]]:
    """The texts among what is carried over, as tifffile takes them."""
    names = [] if exif is None else ["Artist", "Copyright", "Make", "Model"]
    found = {int(ExifTags.Base[name]): exif.get(ExifTags.Base[name]) for name in names if exif is not None}
    return [(tag, "s", 0, str(text), True) for tag, text in found.items() if text]


def read_deep(path: str | Path) -> Tensor | None:
    """A PNG or TIFF whose color has 16 bits, in all of them; None for any other file.

    Pictures with a profile or an orientation are left to Pillow, which converts and turns them with 8 bits.

    Args:
        path: the file.

    Returns:
        1×3×H×W or 1×4×H×W in [0, 1], or None, also if OpenCV is not installed.
    """
    with opened(path) as image:
        profile = image.info.get("icc_profile")
        deep = _is_deep(path, image) and (profile is None or profile == srgb_profile())
        if not deep or image.getexif().get(ExifTags.Base.Orientation, 1) != 1:
            return None
    try:
        cv2 = require("cv2", extra="print")
    except PareidoliaError:
        return None
    levels = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_UNCHANGED)
    if levels is None or levels.dtype != np.uint16 or levels.ndim != 3 or levels.shape[2] not in (3, 4):
        return None
    order = [2, 1, 0, 3][: levels.shape[2]]  # OpenCV has blue first
    return (
        torch.from_numpy(levels[..., order].astype(np.float32) / np.float32(65535))
        .permute(2, 0, 1)[None]
        .contiguous()
    )


def _is_deep(path: str | Path, image: Image.Image) -> bool:
    if image.format == "PNG":
        with Path(path).open("rb") as file:
            header = file.read(26)
        return header[24] == _DEEP and header[25] in (2, 6)
    bits = getattr(image, "tag_v2", {}).get(ExifTags.Base.BitsPerSample, ()) if image.format == "TIFF" else ()
    return isinstance(bits, tuple) and len(bits) in (3, 4) and set(bits) == {_DEEP}


def _png(
    levels: "np.ndarray[tuple[int, ...], np.dtype[np.uint16]]", text: str, key: str, printing: Print
) -> bytes:
    height, width, channels = levels.shape
    rows = levels.astype(">u2").reshape(height, -1).view(np.uint8)
    filtered = np.empty((height, rows.shape[1] + 1), np.uint8)
    filtered[:, 0] = 2  # each byte less the one above
    filtered[0, 1:] = rows[0]
    np.subtract(rows[1:], rows[:-1], out=filtered[1:, 1:])
    header = struct.pack(">IIBBBBB", width, height, _DEEP, _COLOR_TYPES[channels], 0, 0, 0)
    chunks = [(b"IHDR", header)]
    if channels > 1:
        chunks.append((b"iCCP", b"sRGB\0\0" + zlib.compress(srgb_profile())))
    if printing.dpi:
        meters = round(printing.dpi * _INCHES_A_METER)
        chunks.append((b"pHYs", struct.pack(">IIB", meters, meters, 1)))
    if text:
        chunks.append((b"tEXt", key.encode("latin-1") + b"\0" + text.encode("latin-1")))
    if printing.exif is not None:
        chunks.append((b"eXIf", printing.exif.tobytes().removeprefix(b"Exif\0\0")))
    chunks += [(b"IDAT", zlib.compress(filtered.tobytes(), 6)), (b"IEND", b"")]
    return _PNG + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )
