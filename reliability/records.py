"""Mutated records of pictures, read by `again`."""

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from PIL import Image
from pydantic import ValidationError

from pareidolia.execution import Execution
from pareidolia.operations import find_operation
from pareidolia.pictures import read_record, save_picture
from pareidolia.pictures.decoding import decode
from pareidolia.requests import Request
from pareidolia.safety import distrusting
from reliability.long_operations import write_inputs
from reliability.mutating import mutated_json
from reliability.outcome import Outcome, tried

_MUTATED = 5_000
_STEPS = 2
"""A mutated record may rightly ask for 10^9 steps: it is begun, and stopped."""
_REQUESTS: tuple[tuple[str, Mapping[str, Any], Mapping[str, Any]], ...] = (
    (
        "style",
        {"content": "photo.png", "styles": ("painting.png",)},
        {"size": 48, "coarsest": 44, "steps": 2},
    ),
    ("brush", {"content": "photo.png", "styles": ("painting.png",)}, {"size": 48}),
    ("saliency", {"photo": "photo.png"}, {"target": "0", "method": "gradient"}),
    ("dream", {"photo": "photo.png"}, {"size": 48, "octaves": 1, "steps": 2, "aim": ("stage2.relu1",)}),
    ("features", {}, {"layer": "stage2.relu1", "units": ("0-1",), "steps": 2, "size": 32}),
    ("invert", {"photo": "photo.png"}, {"layer": "stage2.relu1", "steps": 2, "size": 48}),
    ("filters", {}, {}),
    ("sample", {"run": "digits-vae"}, {}),
)


def cases(seed: int, share: float, folder: Path) -> Iterator[Outcome]:
    """Mutate the records of eight operations and do again what they say.

    Args:
        seed: of the mutations.
        share: how much is tried of 5,000.
        folder: to work in.

    Yields:
        A case for each record.
    """
    write_inputs(folder)
    chance = random.Random(seed)
    records = []
    for name, inputs, options in _REQUESTS:
        operation = find_operation(name)
        given = {key: _placed(value, folder) for key, value in inputs.items()}
        known = operation.settings_type.model_fields
        chosen = {"network": "retina", **options} if "network" in known else dict(options)
        settings = operation.settings_type(**{key: value for key, value in chosen.items() if key in known})
        records.append(Request(operation, given, settings).record(folder))
    for record in records:
        _again(record, folder)  # not bounded: the first look imports much of torch
    for number in range(round(share * _MUTATED)):
        record = mutated_json(chance.choice(records), chance)
        if isinstance(record, dict):
            case = f"mutated {number}: {str(record)[:300]}"
            yield tried(case, lambda record=record: _again(record, folder), (ValidationError, OSError))


def _placed(value: Any, folder: Path) -> Any:
    return tuple(str(folder / each) for each in value) if isinstance(value, tuple) else _path(value, folder)


def _path(value: str, folder: Path) -> str:
    return str(folder / value) if (folder / value).exists() else value


def _again(record: Mapping[str, Any], folder: Path) -> None:
    """What the command does with the picture, to its first steps."""
    picture = folder / "again.png"
    save_picture(decode(Image.new("RGB", (4, 4))), picture, record=record, overwrite=True)
    with distrusting("the picture", ()):
        request = Request.from_record(read_record(picture), folder, {}, {})
        for number, _ in enumerate(Execution(request)):
            if number == _STEPS:
                break
