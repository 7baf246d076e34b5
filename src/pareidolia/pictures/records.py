"""The settings kept inside a picture, as JSON that any metadata viewer shows."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from pareidolia.pictures.reading import opened
from pareidolia.settings import BadPicture

KEY = "pareidolia"
_IMAGE_DESCRIPTION = 0x010E


def read_record(path: str | Path) -> dict[str, Any]:
    """The record that `save_picture` wrote into the picture at `path`.

    Raises BadPicture where the file is no picture, or carries no record.
    """
    with opened(path) as image:
        text = image.info.get(KEY) if image.format == "PNG" else _description(image)
    try:
        record = json.loads(text or "")
        record = record if image.format == "PNG" else record[KEY]
    except (ValueError, TypeError, KeyError, RecursionError):
        record = None
    if not isinstance(record, dict):
        raise BadPicture(f"'{path}' carries no settings: only pictures that pareidolia saved do")
    return record


def options_for(record: Mapping[str, Any] | None, file_format: str) -> dict[str, Any]:
    """What to pass to Pillow's `save` so that a file of `file_format` carries `record`.

    PNG has it as text under the key `pareidolia`; JPEG, WebP and TIFF as EXIF ImageDescription, where it is
    wrapped as {"pareidolia": record}. ASCII only, so that every reader agrees on the characters.
    """
    if record is None:
        return {}
    if file_format == "PNG":
        text = PngInfo()
        text.add_text(KEY, json.dumps(dict(record)))
        return {"pnginfo": text}
    exif = Image.Exif()
    exif[_IMAGE_DESCRIPTION] = json.dumps({KEY: dict(record)})
    return {"exif": exif}


def _description(image: Image.Image) -> str | None:
    try:
        return image.getexif().get(_IMAGE_DESCRIPTION)
    except Exception:  # Broken EXIF makes Pillow raise errors of many kinds; none of them holds a record.
        return None
