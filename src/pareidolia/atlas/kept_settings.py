"""What an atlas was built with, as its stages keep it."""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from pareidolia.atlas.format import STAGES
from pareidolia.atlas.settings import AtlasSettings
from pareidolia.safety import named_from, require_file
from pareidolia.settings import PareidoliaError, migrate

SETTINGS = "settings.json"


def read_settings(atlas: Path) -> tuple[AtlasSettings, Path]:
    """The settings that an atlas was built with, and the folder of what was collected for it.

    Args:
        atlas: the atlas's folder.

    Returns:
        Both.

    Raises:
        PareidoliaError: its stages are gone, as from one that was published without them.
    """
    path = atlas / STAGES / SETTINGS
    if not path.exists():
        raise PareidoliaError(
            f"{atlas} has no {STAGES}: it was published without what it was built from; build it here"
        )
    held = kept_description(atlas)
    try:
        settings, name = AtlasSettings.model_validate(held["settings"]), Path(held["collection"]).name
    except (ValueError, KeyError, TypeError) as error:
        raise PareidoliaError(f"{path} is broken: build the atlas once more with --overwrite") from error
    return settings, atlas / STAGES / name


def kept_description(atlas: Path) -> dict[str, Any]:
    """What `stages/settings.json` of any version holds, as this one writes it; empty where it is broken."""
    path = atlas / STAGES / SETTINGS
    try:
        if path.exists():
            require_file(path)
        held = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    held = migrate(held) if isinstance(held, dict) else {}
    if "place" not in held and isinstance(held.get("photos"), str):  # of a version that wrote the path itself
        held["place"] = _place(held["photos"])
    return held


def described_photos(photos: Path, atlas: Path) -> dict[str, str]:
    """How an atlas's stages name the folder of its photos: for people, and to know it again.

    Args:
        photos: the folder.
        atlas: the atlas's folder.

    Returns:
        `photos`, which names no home folder, and `place`, a digest of the whole path.
    """
    return {"photos": named_from(atlas, photos), "place": _place(photos.absolute())}


def _place(folder: str | Path) -> str:
    return hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
