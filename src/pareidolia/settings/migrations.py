"""Records of earlier versions, brought to the names of this one. No torch here.

A record is what a picture, a video, a checkpoint or a run's `settings.json` carries. Its `version` counts
changes of names; a record without one is of version 1.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pareidolia.settings.errors import BadRecord

VERSION = 3
"""The version of the records that are written now."""

_SETTINGS = {
    "binarise": "binarize",
    "colour": "color",
    "colours": "colors",
    "grey": "gray",
    "labelled": "labeled",
    "neighbours": "neighbors",
    "regularise": "regularize",
    "style_size": "stroke_size",
}
_VALUES = {
    ("balance", "lecture"): "gatys",
    ("color", "grey"): "gray",
    ("likelihood", "discretised-logistic"): "discretized-logistic",
}
_OPERATIONS = {"stylize": "stylizer paint"}
_INPUTS: dict[str, dict[str, str]] = {
    "style": {"photo": "content", "paintings": "styles"},
    "brush": {"photo": "content", "paintings": "styles"},
    "dream": {"strength": "strength_map"},
    "stylize": {"photo": "content"},
}
_STATE = {"told": "metrics"}


def migrate(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record as this version would have written it; one of this version is copied.

    Args:
        record: an operation's or a run's record; what is of another form is left to the reader.

    Returns:
        A new dictionary with `version`, whose settings and inputs bear today's names.

    Raises:
        PareidoliaError: If a later version wrote the record, or this version has no words for it.
    """
    version = record.get("version", 1)
    if not isinstance(version, int) or version > VERSION:
        raise BadRecord(
            f"this record is of version {version}, this pareidolia reads up to {VERSION}: update pareidolia"
        )
    if version == VERSION:
        return dict(record)
    migrated = {**record, "version": VERSION}
    if isinstance(record.get("settings"), Mapping):
        migrated["settings"] = _migrated_settings(record["settings"])
    if isinstance(record.get("inputs"), Mapping) and isinstance(record.get("settings", {}), Mapping):
        _migrate_operation(migrated, record)
    return migrated


def _migrate_operation(migrated: dict[str, Any], record: Mapping[str, Any]) -> None:
    """Bring what an operation was given to the names of today, in place."""
    name = str(record.get("operation"))
    renamed = _INPUTS.get(name, {})
    migrated["operation"] = _OPERATIONS.get(name, name)
    inputs = {renamed.get(each, each): entry for each, entry in record["inputs"].items()}
    settings = dict(migrated.get("settings", {}))
    if name == "class-model" and "names" in settings:
        inputs["names"] = [{"path": each} for each in settings.pop("names")]
    if name == "arithmetic" and "places" in inputs:
        signs = settings.pop("signs", "+")
        terms = zip(signs, inputs.pop("places"), strict=False)
        inputs["expression"] = [part for sign, entry in terms for part in ({"path": sign}, entry)]
    migrated["inputs"], migrated["settings"] = inputs, settings


def migrate_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """The state of a training, as a checkpoint of any version holds it, under today's names."""
    return {_STATE.get(name, name): value for name, value in state.items()}


def _migrated_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {_SETTINGS.get(name, name): value for name, value in settings.items()}
    if "aim_weights" in renamed:
        renamed["aim"] = _weighted(renamed.get("aim"), renamed.pop("aim_weights"))
    return {
        name: _VALUES.get((name, value), value) if isinstance(value, str) else value
        for name, value in renamed.items()
    }


def _weighted(aims: Sequence[str] | None, weights: Sequence[float] | None) -> list[str] | None:
    """A dream's aims, each with the weight that once stood beside it."""
    if weights is None:
        return None if aims is None else list(aims)
    if aims is None:
        if weights[0] > 0:  # a step's length does not depend on it
            return None
        raise BadRecord("this dream fades out a layer it does not name: dream anew with --aim=-LAYER")
    return [f"{weight!r}*{aim}" for aim, weight in zip(aims, weights, strict=True)]
