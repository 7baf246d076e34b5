"""Uploaded files: bounded, decoded before use, kept byte for byte."""

import hashlib
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from tempfile import NamedTemporaryFile

from PIL import Image

from pareidolia.pictures.reading import opened, read_upright
from pareidolia.settings import BadPicture, PareidoliaError
from pareidolia.studio.job import Picture
from pareidolia.studio.limits import MEGABYTE, Limits
from pareidolia.studio.store import PART, Store

THUMBNAIL = 320
_SUFFIXES = {
    "PNG": ".png",
    "JPEG": ".jpg",
    "MPO": ".jpg",
    "WEBP": ".webp",
    "TIFF": ".tif",
    "GIF": ".gif",
    "BMP": ".bmp",
    "AVIF": ".avif",
    "HEIF": ".heic",
    "JXL": ".jxl",
}
_LONGEST_NAME = 120


class TooLarge(PareidoliaError):
    """A file is larger than the studio takes."""


@dataclass(frozen=True)
class Received:
    """A file that has come in and is not looked at yet.

    Attributes:
        path: of the file, in the folder of pictures.
        digest: SHA-256.
        size: bytes.
    """

    path: Path
    digest: str
    size: int


async def receive(parts: AsyncIterator[bytes], store: Store, limits: Limits) -> Received:
    """Write what comes in to a file.

    Args:
        parts: of the file.
        store: where it goes.
        limits: how large it may be.

    Returns:
        The file.

    Raises:
        TooLarge: If it is larger; nothing is left of it.
        PareidoliaError: If it is empty.
    """
    if store.kept_bytes() > limits.kept_bytes:
        raise TooLarge("the studio's folder is full of pictures: remove some first")
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile(dir=store.pictures, prefix=PART, delete=False) as file:
        path = Path(file.name)
        try:
            async for part in parts:
                size += len(part)
                if size > limits.upload_bytes:
                    most = limits.upload_bytes // MEGABYTE
                    raise TooLarge(f"the file is too large: the studio takes {most} MB")
                digest.update(part)
                file.write(part)
            if not size:
                raise BadPicture("the file is empty")
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return Received(path, digest.hexdigest(), size)


def keep(received: Received, name: str, client: str, store: Store, limits: Limits) -> Picture:
    """Decode a picture that has come in, and keep its file as it is if it is one.

    Args:
        received: the file.
        name: as the visitor's computer called it.
        client: the visitor.
        store: where it is kept.
        limits: how many pixels it may have.

    Returns:
        The picture.

    Raises:
        BadPicture: If it is not a picture, or is damaged.
        TooLarge: If it has too many pixels.
    """
    try:
        file_format, (width, height) = _header(received.path)
        if width * height > limits.upload_pixels:
            most = limits.upload_pixels // 1_000_000
            raise TooLarge(f"the picture has too many pixels: the studio takes {most} megapixels")
        image = read_upright(received.path)
        suffix = _SUFFIXES[file_format]
        picture = Picture(
            received.digest,
            clean_name(name, suffix),
            suffix,
            image.width,
            image.height,
            received.size,
            time.time(),
            client,
        )
        thumbnail(image, store.thumbnails / f"{picture.id}.webp")
        received.path.chmod(0o600)
        received.path.rename(store.path_of(picture))
        return picture
    except BadPicture as error:
        raise BadPicture(str(error).replace(f"'{received.path}'", f"'{clean_name(name, '')}'")) from error
    finally:
        received.path.unlink(missing_ok=True)


def keep_video(received: Received, name: str, client: str, store: Store, size: tuple[int, int]) -> Picture:
    """Keep a video whose first frame the worker has decoded.

    Args:
        received: the file.
        name: as the visitor's computer called it; its ending is that of a video.
        client: the visitor.
        store: where it is kept.
        size: width and height of its frames.

    Returns:
        The video.
    """
    suffix = PurePath(name).suffix.lower()
    shown = clean_name(name, suffix)
    picture = Picture(received.digest, shown, suffix, *size, received.size, time.time(), client)
    received.path.chmod(0o600)
    received.path.rename(store.path_of(picture))
    return picture


def _header(path: Path) -> tuple[str, tuple[int, int]]:
    with opened(path) as image:
        return str(image.format), image.size


def clean_name(name: str, suffix: str) -> str:
    """The last part of a file's name, as people may see it; it never becomes part of a path."""
    last = PurePath(name.replace("\\", "/")).name or "picture"
    shown = "".join(each for each in last if each.isprintable())[:_LONGEST_NAME]
    return shown or f"picture{suffix}"


def thumbnail(image: Image.Image, path: Path) -> None:
    """Write a small picture; transparent ones keep their transparency."""
    small = image.copy()
    small.thumbnail((THUMBNAIL, THUMBNAIL))
    if small.mode.startswith("I"):  # 16 bits
        small = small.point(lambda level: level * (1 / 256)).convert("L")
    if small.mode not in ("RGB", "RGBA"):
        small = small.convert("RGBA" if "A" in small.mode or "transparency" in small.info else "RGB")
    part = path.with_suffix(".part")
    small.save(part, "WEBP", quality=82)
    part.replace(path)
