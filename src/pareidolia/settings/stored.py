"""What a file of ours must hold, checked before it is used: it may be damaged, or a stranger's."""

from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from pareidolia.settings.errors import BadRecord

Kind = TypeVar("Kind")


def validated(kind: type[Kind], held: Any, path: Path, remedy: str) -> Kind:
    """Read what a file holds as what it should be.

    Args:
        kind: what it should be: a model, a dataclass, a typed dictionary.
        held: what was read, of JSON.
        path: the file.
        remedy: what to do if it is broken.

    Returns:
        What it holds.

    Raises:
        PareidoliaError: If it is something else; in one line, with the first place that is wrong.
    """
    try:
        return TypeAdapter(kind).validate_python(held)
    except ValidationError as error:
        first = error.errors()[0]
        place = "".join(f"{part}." for part in first["loc"]).rstrip(".")
        wrong = f"{place}: {first['msg']}" if place else first["msg"]
        raise BadRecord(f"{path} is broken ({wrong}): {remedy}") from error
