"""From a file to an upright Pillow image; files that are not pictures, too large or broken are refused."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from pareidolia.safety import require_file
from pareidolia.settings import BadPicture, one_line

LIMIT = 100_000_000
"""The most pixels a picture may have, read from its header before anything is decoded."""

# Formats of photos and paintings only: Pillow's others start programs (EPS) or have no use here.
_FORMATS = ("PNG", "JPEG", "MPO", "WEBP", "TIFF", "GIF", "BMP", "AVIF")
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
    """Decode the first frame of a picture file, turned as its EXIF orientation says.

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
    Image.init()
    formats = [name for name in _FORMATS if name in Image.OPEN]
    try:
        return Image.open(path, formats=formats)
    except Image.DecompressionBombError as error:
        raise _too_large(path) from error
    except UnidentifiedImageError as error:
        raise BadPicture(f"'{path}' is not a picture that can be read ({', '.join(formats)})") from error
    except OSError as error:
        raise BadPicture(f"cannot read '{path}': {error.strerror or one_line(error)}") from error
    except MemoryError:
        raise
    except Exception as error:  # A broken header makes Pillow's parsers raise errors of many kinds.
        raise BadPicture(f"'{path}' has a damaged header ({one_line(error)})") from error


def _too_large(path: Path) -> BadPicture:
    return BadPicture(
        f"'{path}' has too many pixels: the limit is {LIMIT // 1_000_000} megapixels; make it smaller first"
    )


def _orientation(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # Broken EXIF is no reason to refuse a picture.
        return 1
