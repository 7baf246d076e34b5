"""The settings kept inside a picture, as JSON that any metadata viewer shows."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pareidolia.pictures.ownership import KEY
from pareidolia.pictures.reading import opened
from pareidolia.safety import require_file
from pareidolia.settings import BadPicture, PareidoliaError

_IMAGE_DESCRIPTION = 0x010E
_END = 1 << 14
_RECORD_AT_THE_END = (".webp", ".tif", ".tiff")


def read_record(path: str | Path) -> dict[str, Any]:
    """Read the record that `save_picture` or `write_video` wrote into a file.

    Args:
        path: the file.

    Returns:
        The record.

    Raises:
        BadPicture: If the file is not a picture or video, or carries no record.
    """
    text, wrapped = _text(path)
    try:
        record = json.loads(text or "")
        record = record[KEY] if wrapped else record
    except (ValueError, TypeError, KeyError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise BadPicture(f"'{path}' carries no settings: only what pareidolia saved does")
    return record


def record_of(path: str | Path) -> dict[str, Any] | None:
    """The record in a picture; None where it carries none or cannot be read.

    The first bytes of the file decide whether it is worth opening (the last too, where formats allow them
    to hold the record), so that thousands of photos can be asked.
    """
    try:
        with require_file(path).open("rb") as file:
            ends = file.read(_END)
            if Path(path).suffix.lower() in _RECORD_AT_THE_END:
                file.seek(max(len(ends), file.seek(0, os.SEEK_END) - _END))
                ends += file.read(_END)
        return read_record(path) if KEY.encode() in ends else None
    except (PareidoliaError, OSError):
        return None


def _text(path: str | Path) -> tuple[str | None, bool]:
    """The text that may be a record, and whether it is wrapped as {"pareidolia": record}."""
    # Imported here: videos write records.
    from pareidolia.pictures.video_reading import Video, is_video

    if is_video(path):
        return Video(path).comment, True
    with opened(path) as image:
        if image.format == "PNG":
            return image.info.get(KEY), False
        if image.format == "GIF":
            return bytes(image.info.get("comment", b"")).decode("ascii", "replace"), True
        return _description(image), True


def comment_for(record: Mapping[str, Any] | None) -> str:
    """A video's comment that carries `record`: JSON, wrapped as {"pareidolia": record}; ASCII only."""
    return "" if record is None else json.dumps({KEY: dict(record)})


def text_for(record: Mapping[str, Any] | None, file_format: str) -> str:
    """The text in which a file of that format carries a record; empty for none."""
    if record is None:
        return ""
    return json.dumps(dict(record)) if file_format == "PNG" else comment_for(record)


def options_for(
    record: Mapping[str, Any] | None, file_format: str, carried: Image.Exif | None = None
) -> dict[str, Any]:
    """Options of Pillow's `save` with which a file carries a record.

    PNG has it as text under the key `pareidolia`; JPEG, WebP and TIFF as EXIF ImageDescription, where it is
    wrapped as {"pareidolia": record}. ASCII only, so that every reader agrees on the characters.

    Args:
        record: the record, or None.
        file_format: Pillow's name of the format.
        carried: EXIF of the photo that the result takes over.

    Returns:
        Keyword arguments.
    """
    exif = carried or Image.Exif()
    if record is None:
        return {} if carried is None else {"exif": exif}
    if file_format == "PNG":
        text = PngInfo()
        text.add_text(KEY, json.dumps(dict(record)))
        return {"pnginfo": text} if carried is None else {"pnginfo": text, "exif": exif}
    exif[_IMAGE_DESCRIPTION] = comment_for(record)
    return {"exif": exif}


def _description(image: Image.Image) -> str | None:
    try:
        return image.getexif().get(_IMAGE_DESCRIPTION)
    except Exception:  # Broken EXIF makes Pillow raise errors of many kinds; none of them holds a record.
        return None
