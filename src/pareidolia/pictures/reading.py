"""From a file to an upright Pillow image; files that are not pictures, too large or broken are refused."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from pareidolia.safety import require_file
from pareidolia.settings import BadPicture, one_line
from pareidolia.settings.installing import install_line

LIMIT = 100_000_000
"""The most pixels a picture may have, read from its header before anything is decoded."""

# Formats of photos and paintings only: Pillow's others start programs (EPS) or have no use here.
_FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "TIFF", "GIF", "BMP", "AVIF")
# Of packages of their own, read where these are installed or have registered themselves with Pillow.
_PLUGIN_FORMATS = ("HEIF", "JXL")
_HEIC = f"HEIC, what an iPhone takes: export it as JPEG, or {install_line('heic')}"
_BRANDS = ("heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1")
_JXL = f"JPEG XL: export it as JPEG or PNG, or {install_line('jxl')}"
_SIGNATURES = (
    (b"%PDF", "a PDF: export a page of it as PNG"),
    (b"8BPS", "of Photoshop: export it as PNG"),
    (b"\x1aE\xdf\xa3", "a video"),
    (b"\xff\x0a", _JXL),
    (b"\0\0\0\x0cJXL ", _JXL),
    (b"<svg", "SVG, which is no pixels: export it as PNG"),
    (b"<?xml", "XML, perhaps SVG: export it as PNG"),
)
_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@contextmanager
def opened(path: str | Path) -> Iterator[Image.Image]:
    """Open a picture file with its header read and its size checked, not yet decoded.

    Args:
        path: the file.

    Yields:
        The image.

    Raises:
        BadPicture: If the file is missing, a folder, empty, unreadable, not a picture, or has too many
            pixels; the error names it.
    """
    path = Path(path)
    _check_file(path)
    with warnings.catch_warnings():
        # Pillow warns of faults it repairs and of sizes below our limit: nothing a person could act on.
        warnings.simplefilter("ignore")
        with _header(path) as image:
            if image.width * image.height > LIMIT:
                raise _too_large(path)
            yield image


def read_upright(path: str | Path, *, at_least: int | None = None) -> Image.Image:
    """Decode the first frame of a picture file, turned by its EXIF orientation.

    Args:
        path: the file.
        at_least: if given, a JPEG may come at a half, a quarter or an eighth of its size, as long as its
            shorter side has that many pixels: a large photo is then decoded in a fraction of the time.

    Returns:
        The image.

    Raises:
        BadPicture: As `opened` raises it, and if the data are truncated or broken.
    """
    with opened(path) as image:
        if at_least is not None and image.format == "JPEG":
            image.draft(image.mode, (at_least, at_least))
        try:
            return upright(image)
        except BadPicture as error:
            raise BadPicture(f"'{path}' is {error}") from error


def upright(image: Image.Image) -> Image.Image:
    """Decode an image and turn it by its EXIF orientation.

    Args:
        image: as Pillow opened it.

    Returns:
        A copy.

    Raises:
        BadPicture: If its data are broken.
    """
    try:
        image.load()
    except MemoryError:
        raise
    except Exception as error:  # Broken data make Pillow's decoders raise errors of many kinds.
        raise BadPicture(f"damaged or cut short ({one_line(error)})") from error
    turn = _UPRIGHT.get(_orientation(image))
    return image.copy() if turn is None else image.transpose(turn)


def _check_file(path: Path) -> None:
    if require_file(path, BadPicture, "a picture file").stat().st_size == 0:
        raise BadPicture(f"'{path}' is empty (0 bytes)")


def _header(path: Path) -> Image.Image:
    formats = readable_formats()
    try:
        return Image.open(path, formats=formats)
    except Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except UnidentifiedImageError as error:
        kind = _kind_of(path)
        why = f"is {kind}" if kind else f"is not a picture that can be read ({', '.join(formats)})"
        raise BadPicture(f"'{path}' {why}") from error
    except OSError as error:
        raise BadPicture(f"cannot read '{path}': {error.strerror or one_line(error)}") from error
    except MemoryError:
        raise
    except Exception as error:  # A broken header makes Pillow's parsers raise errors of many kinds.
        raise BadPicture(f"'{path}' has a damaged header ({one_line(error)})") from error


def readable_formats() -> list[str]:
    """Pillow's names of the formats that can be read, those of packages that are installed among them."""
    Image.init()
    if "HEIF" not in Image.OPEN:
        with suppress(ImportError, OSError):
            import_module("pillow_heif").register_heif_opener()
    if "JXL" not in Image.OPEN:
        with suppress(ImportError, OSError):
            import_module("pillow_jxl")  # it registers itself
    return [name for name in (*_FORMATS, *_PLUGIN_FORMATS) if name in Image.OPEN]


def _kind_of(path: Path) -> str:
    """What a file that cannot be read is, by its first bytes, and what to do about it; empty if unknown."""
    with path.open("rb") as file:
        start = file.read(12)
    if start[4:8] == b"ftyp":
        return _HEIC if start[8:].decode("latin-1") in _BRANDS else "a video"
    return next((kind for signature, kind in _SIGNATURES if start.startswith(signature)), "")


def _too_large(path: Path) -> BadPicture:
    return BadPicture(
        f"'{path}' has too many pixels: the limit is {LIMIT // 1_000_000} megapixels; make it smaller first"
    )


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # A picture with broken EXIF is still a picture.
        return 1
