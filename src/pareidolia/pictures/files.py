"""Opening and saving pictures."""

from collections.abc import Mapping
from io import BytesIO
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import torch
from PIL import Image
from torch import Tensor

from pareidolia.memory import no_memory
from pareidolia.pictures import samples
from pareidolia.pictures.color import over_white
from pareidolia.pictures.decoding import decode
from pareidolia.pictures.ownership import KEY
from pareidolia.pictures.printing import Print, encode_deep, read_deep, srgb_profile
from pareidolia.pictures.reading import read_upright, upright
from pareidolia.pictures.records import options_for, text_for
from pareidolia.pictures.resizing import fit, resize_picture
from pareidolia.pictures.rounding import to_uint8
from pareidolia.pictures.targets import FORMATS, check_target, write_atomically
from pareidolia.settings import BadPicture, check_kind

_SAMPLE = "sample:"
_OPTIONS: dict[str, dict[str, Any]] = {
    "PNG": {},
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"lossless": True, "exact": True},
    "TIFF": {"compression": "tiff_adobe_deflate"},
}


def open_picture(
    path: str | Path | Image.Image, *, size: int | None = None, alpha: Literal["white", "keep"] = "white"
) -> Tensor:
    """Open a picture as float32 1×3×H×W in [0, 1], sRGB.

    Reads PNG, JPEG, WebP, TIFF, GIF and animations (first frame), BMP, and AVIF if Pillow supports it;
    honours EXIF orientation and ICC profiles, takes grey, palette, CMYK and 16-bit pictures (16-bit colour
    with all its bits if OpenCV is installed and it has no profile, else with the 8 that Pillow keeps).

    Args:
        path: a file, `sample:NAME` (`sample_names`), or a Pillow image.
        size: the longer side in pixels to resize to, up or down, antialiased; None keeps the file's.
        alpha: "white" lays transparent pictures on white; "keep" gives 1×4×H×W if the file has an alpha
            channel or a transparent colour, else 1×3×H×W.

    Returns:
        The picture.

    Raises:
        BadPicture: If the file is missing, a folder, empty, not a picture, damaged, or over 100 megapixels.
        MemoryError: If it is larger than the memory that is left, also where torch finds that out.
        UnknownName: If there is no such sample.
        MissingExtra: If the package that has the sample is not installed.
    """
    try:
        picture = _read(path)
        if alpha == "white":
            picture = over_white(picture)
        if size is not None:
            height, width = picture.shape[-2:]
            picture = resize_picture(picture, fit((height, width), size))
    except RuntimeError as error:
        if not no_memory(error):
            raise
        # No fault of the picture, which a folder's work would leave out.
        raise MemoryError(f"there is not enough memory for '{path}'") from error
    return picture


def save_picture(
    picture: Tensor,
    path: str | Path,
    *,
    record: Mapping[str, Any] | None = None,
    overwrite: bool = False,
    printing: Print | None = None,
) -> None:
    """Save a picture, whole or not at all.

    8 bits a channel unless `printing` says 16, rounded to nearest, values outside [0, 1] clipped; the same
    picture gives the same bytes. The suffix decides the format: .png, .webp and .tif are lossless; .jpg has
    quality 95 and no alpha (laid on white).

    Args:
        picture: 1×1×H×W, 1×3×H×W or 1×4×H×W in [0, 1].
        path: the file.
        record: kept in the file as JSON: in PNG as text `pareidolia`, in the others as EXIF ImageDescription;
            `read_record` reads it.
        overwrite: whether an existing file may be replaced.
        printing: bits, resolution and EXIF of the file; with bits or a resolution it names its profile, sRGB.

    Raises:
        BadPicture: If the tensor is not a single picture, holds NaN, or is larger than the format allows.
        PareidoliaError: If the file exists and `overwrite` is False, or it cannot be written.
    """
    check_kind(picture, Tensor, "the picture comes first, then the path: it is to be a tensor 1×C×H×W")
    check_kind(path, (str, PathLike), "the path is to be text or a Path")
    path = Path(path)
    check_target(path, overwrite)
    try:
        encoded = encode_picture(picture, FORMATS[path.suffix.lower()], record, printing)
    except (OSError, ValueError) as error:
        raise BadPicture(f"cannot save '{path}': {error}; try .png") from error
    with write_atomically(path, overwrite=overwrite) as file:
        file.write(encoded)


def encode_picture(
    picture: Tensor,
    file_format: str,
    record: Mapping[str, Any] | None = None,
    printing: Print | None = None,
) -> bytes:
    """The bytes of a file of `file_format` (PNG, JPEG, WEBP, TIFF), as `save_picture` writes it."""
    printing = printing or Print()
    if file_format == "JPEG":
        picture = over_white(picture)
    if printing.bits == 16:
        _check_single(picture)
        text = text_for(record, file_format)
        return encode_deep(picture, file_format, text, KEY, printing)
    options = {**_OPTIONS[file_format], **options_for(record, file_format, printing.exif)}
    if printing.dpi is not None:
        options |= {"dpi": (printing.dpi, printing.dpi)}
        if picture.shape[1] > 1:
            options |= {"icc_profile": srgb_profile()}
    encoded = BytesIO()
    to_image(picture).save(encoded, file_format, **options)
    return encoded.getvalue()


def _read(path: str | Path | Image.Image) -> Tensor:
    if isinstance(path, Image.Image):
        return decode(upright(path))
    if not isinstance(path, (str, Path)):
        raise BadPicture(
            f"path={type(path).__name__} is not a picture file: give a path, sample:NAME or a Pillow image; "
            "as_picture takes tensors and arrays"
        )
    if str(path).startswith(_SAMPLE):
        return samples.sample(str(path).removeprefix(_SAMPLE))
    deep = read_deep(path)
    if deep is not None:
        return deep
    image = read_upright(path)
    try:
        return decode(image)
    except BadPicture as error:
        raise BadPicture(f"cannot use '{path}': {error}") from error


def to_image(picture: Tensor) -> Image.Image:
    """Convert a picture to a Pillow image with 8 bits a channel, rounded to nearest, clipped.

    Args:
        picture: 1×1×H×W, 1×3×H×W or 1×4×H×W in [0, 1].

    Returns:
        The image.

    Raises:
        BadPicture: If the tensor is not a single picture or holds NaN.
    """
    _check_single(picture)
    values = picture.detach().to("cpu", torch.float32)[0]
    # One copy, changed in place: large pictures leave no memory for more.
    levels = to_uint8(values).permute(1, 2, 0)
    return Image.fromarray(levels.squeeze(2).contiguous().numpy())


def _check_single(picture: Tensor) -> None:
    if picture.ndim != 4 or picture.shape[0] != 1 or picture.shape[1] not in (1, 3, 4) or 0 in picture.shape:
        raise BadPicture(
            f"one picture is 1×1, 1×3 or 1×4×height×width, not {'×'.join(map(str, picture.shape))}"
        )
    if picture.isnan().any():
        raise BadPicture("the picture holds values that are not numbers (NaN)")
