"""Pictures: opened upright as sRGB in [0, 1], resized antialiased, saved whole or not at all."""

import os
import tempfile
import warnings
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, ImageOps

from pareidolia_lite.errors import LiteError

Picture = npt.NDArray[np.float32]
"""3×H×W in [0, 1], sRGB, or 4×H×W with alpha."""

PAINTINGS = Path(__file__).parent / "paintings"
SUFFIXES = (
    ".avif",
    ".bmp",
    ".gif",
    ".jfif",
    ".jpe",
    ".jpeg",
    ".jpg",
    ".mpo",
    ".png",
    ".tif",
    ".tiff",
    ".webp",
)
WRITTEN = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".tif": "TIFF", ".tiff": "TIFF"}

_FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "TIFF", "GIF", "BMP", "AVIF")
_MOST_PIXELS = 100_000_000
_SAMPLE = "sample:"
_OPTIONS: dict[str, dict[str, object]] = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "WEBP": {"lossless": True, "exact": True},
    "TIFF": {"compression": "tiff_adobe_deflate"},
}
_MODE_OF_SPACE = {"RGB ": "RGB", "GRAY": "L", "CMYK": "CMYK"}
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def open_picture(file: str | Path | BinaryIO, *, size: int | None = None) -> Picture:
    """Open a picture.

    Args:
        file: a file, `sample:NAME` (a painting that comes along), or an open file.
        size: the longer side in pixels to resize to; None keeps the file's.

    Returns:
        3×H×W in [0, 1], or 4×H×W if it has alpha.

    Raises:
        LiteError: If it is not a picture, is broken, or has over 100 megapixels.
    """
    picture = _decoded(_upright(_found(file) if isinstance(file, str) else file))
    return picture if size is None else resize(picture, fit(_size(picture), size))


def sample_names() -> list[str]:
    """The paintings that come along."""
    return sorted(each.stem for each in PAINTINGS.glob("*.jpg"))


def fit(height_width: tuple[int, int], longer_side: int) -> tuple[int, int]:
    """Scale a size so that its longer side has a given length; both sides are at least 1."""
    longest = max(height_width)
    height, width = (max(1, (2 * side * longer_side + longest) // (2 * longest)) for side in height_width)
    return height, width


def resize(picture: Picture, height_width: tuple[int, int]) -> Picture:
    """Resample a picture, bicubic and antialiased; colours count as much as they are visible."""
    if _size(picture) == height_width:
        return picture
    if len(picture) == 3:
        return np.clip(_resampled(picture, height_width), 0, 1)
    color, alpha = picture[:3], picture[3:]
    hidden, seen = _resampled(color, height_width), _resampled(color * alpha, height_width)
    opacity = np.clip(_resampled(alpha, height_width), 0, 1)
    visible = opacity >= 0.5 / 255
    unmultiplied = np.where(visible, seen / np.where(visible, opacity, 1), hidden)
    whole: Picture = np.clip(np.concatenate([unmultiplied, opacity]), 0, 1)
    return whole


def over_white(picture: Picture) -> Picture:
    """A picture with alpha laid on white, 3×H×W; others are returned unchanged."""
    if len(picture) == 3:
        return picture
    color, alpha = picture[:3], picture[3:]
    laid: Picture = color * alpha + (1 - alpha)
    return laid


def encoded(picture: Picture, file_format: str = "PNG") -> bytes:
    """The bytes of a file of that format: ⌊255 x + ½⌋ a channel."""
    shown = over_white(picture) if file_format == "JPEG" else picture
    levels = np.clip(np.floor(shown * 255 + np.float32(0.5)), 0, 255).astype(np.uint8)
    file = BytesIO()
    image = Image.fromarray(np.ascontiguousarray(levels.transpose(1, 2, 0)))
    image.save(file, file_format, **_OPTIONS.get(file_format, {}))
    return file.getvalue()


def save_picture(picture: Picture, path: str | Path, *, overwrite: bool = False) -> None:
    """Save a picture, whole or not at all; the suffix decides the format.

    Args:
        picture: 3×H×W or 4×H×W in [0, 1].
        path: the file.
        overwrite: whether an existing file may be replaced.

    Raises:
        LiteError: If the file exists and `overwrite` is False, or it cannot be written.
    """
    path = check_target(Path(path), overwrite)
    try:
        content = encoded(picture, WRITTEN[path.suffix.lower()])
    except (OSError, ValueError) as error:
        raise LiteError(f"cannot save '{path}': {error}; try .png") from error
    write_whole(path, content)


def check_target(path: Path, overwrite: bool, suffixes: tuple[str, ...] = tuple(WRITTEN)) -> Path:
    """Refuse a file that is there, of another format, or in a folder that is not there; else return it."""
    if path.suffix.lower() not in suffixes:
        raise LiteError(f"'{path}' needs one of the suffixes {' '.join(suffixes)}")
    if not path.parent.is_dir():
        raise LiteError(f"there is no folder '{path.parent}': make it first")
    if path.is_dir() or (path.exists() and not overwrite):
        raise LiteError(f"'{path}' is there already: give another name or --overwrite")
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file beside its place and rename it: it appears whole or not at all."""
    try:
        handle, scratch = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            Path(scratch).chmod(0o666 & ~_mask())
            Path(scratch).replace(path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise LiteError(f"cannot write '{path}': {error.strerror or error}") from error


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _found(file: str) -> Path:
    if not file.startswith(_SAMPLE):
        return Path(file)
    name = file.removeprefix(_SAMPLE)
    if name not in sample_names():
        raise LiteError(f"there is no sample '{name}': there are {', '.join(sample_names())}")
    return PAINTINGS / f"{name}.jpg"


def _upright(file: Path | BinaryIO) -> Image.Image:
    name = f"'{file}'" if isinstance(file, Path) else "standard input"
    Image.init()
    formats = [each for each in _FORMATS if each in Image.OPEN]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=formats) as image:
                if image.width * image.height > _MOST_PIXELS:
                    raise LiteError(
                        f"{name} has over {_MOST_PIXELS // 1_000_000} megapixels: make it smaller first"
                    )
                image.load()
                return ImageOps.exif_transpose(image)
    except FileNotFoundError as error:
        along = ", ".join(f"{_SAMPLE}{each}" for each in sample_names())
        raise LiteError(f"{name} is not there; what comes along is {along}") from error
    except IsADirectoryError as error:
        raise LiteError(f"{name} is a folder: give a picture file") from error
    except (LiteError, MemoryError):
        raise
    except Exception as error:  # broken files make Pillow's parsers raise errors of many kinds
        why = " ".join(str(error).split()) or type(error).__name__
        raise LiteError(f"{name} is not a picture that can be read, or broken ({why})") from error


def _decoded(image: Image.Image) -> Picture:
    profile = image.info.get("icc_profile")
    if image.mode in _DEEP:
        return np.repeat(_deep(image)[None], 3, axis=0)
    color, alpha = _split(image)
    if profile:
        color = _to_srgb(color, profile)
    planes = _unit_range(color.convert("RGB")).transpose(2, 0, 1)
    return np.ascontiguousarray(planes if alpha is None else np.concatenate([planes, alpha[None]]))


def _split(image: Image.Image) -> tuple[Image.Image, Picture | None]:
    mode = "L" if image.mode in ("1", "L", "LA", "La") else "RGB"
    if image.has_transparency_data:
        whole = image.convert("LA" if mode == "L" else "RGBA")
        return whole.convert(mode), _unit_range(whole.getchannel("A"))
    return (image if image.mode in ("CMYK", mode) else image.convert(mode)), None


def _to_srgb(color: Image.Image, profile: bytes) -> Image.Image:
    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        if _MODE_OF_SPACE.get(source.profile.xcolor_space) != color.mode:
            return color
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
        made = ImageCms.profileToProfile(color, source, srgb, ImageCms.Intent.PERCEPTUAL, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return color
    return color if made is None else made


def _deep(image: Image.Image) -> Picture:
    values = np.asarray(image).astype(np.float32)
    top = np.float32(1 if image.mode == "F" else 65535)
    if not (values.min() >= 0 and values.max() <= top):
        raise LiteError(f"its values are not within 0 to {top:g}: save it with 8 or 16 bits")
    return values / top


def _unit_range(image: Image.Image) -> Picture:
    return np.asarray(image, dtype=np.uint8).astype(np.float32) / np.float32(255)


def _size(picture: Picture) -> tuple[int, int]:
    height, width = picture.shape[1:]
    return height, width


def _resampled(planes: Picture, height_width: tuple[int, int]) -> Picture:
    height, width = height_width
    return np.stack(
        [
            np.asarray(Image.fromarray(plane).resize((width, height), Image.Resampling.BICUBIC))
            for plane in planes
        ]
    )
