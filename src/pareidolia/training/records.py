"""What a training is: its record, read from its folder and compared with what is to go on."""

import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from pareidolia.safety import require_file
from pareidolia.settings import BadRecord, BadTarget, migrate
from pareidolia.training.data.found import PLACES
from pareidolia.training.settings import TrainingSettings

SETTINGS = "settings.json"
# What leaves the weights alone, where the pictures lie, and the threads, which whoever resumes by a command
# has as they were (`execution/threads.py`).
_FREE = {
    "pareidolia",
    "threads",
    *(
        f"settings.{name}"
        for name in ("device", "previews", "snapshots", "checkpoint_seconds", "log_every", "evaluate_every")
    ),
    *(f"data.{name}" for name in (*PLACES, "skipped")),
}


def read_record(path: Path) -> dict[str, Any]:
    """Read what the run in a folder is.

    Args:
        path: the folder.

    Returns:
        Its record.

    Raises:
        PareidoliaError: If there is no run or its record cannot be read.
    """
    file = path / SETTINGS
    if not file.is_file():
        raise BadRecord(f"{path} holds no {SETTINGS}: it is not a run of pareidolia train")
    try:
        record = json.loads(require_file(file).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadRecord(f"{file} cannot be read: {error}") from error
    if not isinstance(record, dict):
        raise BadRecord(f"{file} is not a run's: it holds no object")
    return migrate(record)


def refuse_other(
    path: Path, record: Mapping[str, Any], held: Mapping[str, Any], free: Collection[str]
) -> None:
    """Refuse to go on with a run of another model, other settings or other data.

    Args:
        path: of the folder or file that holds it.
        record: what it should hold.
        held: what it holds.
        free: names, as "settings.previews", of what may differ.

    Raises:
        PareidoliaError: If something else differs; the error names it.
    """
    ours, theirs = _flat(migrate(record)), _flat(migrate(held))
    keys = [key for key in theirs | ours if key not in free and ours.get(key) != theirs.get(key)]
    if keys:
        differing = "; ".join(f"{key} is {theirs.get(key)} there, {ours.get(key)} now" for key in keys[:3])
        raise BadTarget(
            f"{path} holds another run ({differing}): name another folder, or --overwrite to begin anew"
        )


def may_differ(held: Mapping[str, Any], settings: TrainingSettings) -> set[str]:
    """What may differ when a run goes on.

    Args:
        held: the record of the run.
        settings: with which it goes on.

    Returns:
        Names, as "settings.previews": what leaves the weights alone, and settings that a run of an earlier
        version does not have and that are at their defaults.
    """
    known = held.get("settings", {})
    new = {
        f"settings.{name}"
        for name, field in type(settings).model_fields.items()
        if name not in known and getattr(settings, name) == field.get_default(call_default_factory=True)
    }
    return _FREE | new | ({"settings.epochs"} if settings.schedule == "constant" else set())


def _flat(record: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        flat |= _flat(value, f"{name}.") if isinstance(value, Mapping) else {name: value}
    return flat
