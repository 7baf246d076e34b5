"""Requests for an operation: on which pictures, with which settings; what a picture's record says."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pareidolia
from pareidolia.operations import Made, Operation, Staged, find_operation
from pareidolia.pictures.folders import find_pictures
from pareidolia.safety import located, named_from, places, portable, require_file
from pareidolia.settings import VERSION, PareidoliaError, Settings, migrate

if TYPE_CHECKING:
    from pareidolia.painting import Painting

Inputs = dict[str, str | tuple[str, ...]]


@dataclass(frozen=True)
class Request:
    """An operation on certain pictures with certain settings: what a picture's record says.

    Attributes:
        operation: what is done.
        inputs: paths (or `sample:NAME`) by the operation's names of them; of a folder, its pictures count.
        settings: its options.
    """

    operation: Operation
    inputs: Inputs
    settings: Settings

    def begin(self) -> "Painting":
        """The operation, ready to step."""
        return self.operation.begin(self.inputs, self.settings)

    def make(self) -> "Made":
        """The result of an operation that is done at once."""
        return self.operation.make(self.inputs, self.settings)

    def stages(self, **where: Any) -> "Staged":
        """The operation of several stages; see `Operation.stages`."""
        return self.operation.stages(self.inputs, self.settings, **where)

    def record(self, folder: Path) -> dict[str, Any]:
        """What is kept inside a picture saved in `folder`, as JSON has it: paths are relative to it."""
        return {
            "pareidolia": pareidolia.__version__,
            "version": VERSION,
            "operation": self.operation.name,
            "inputs": {
                name: [_entry(path, folder) for path in paths]
                if isinstance(paths, tuple)
                else _entry(paths, folder)
                for name, paths in self.inputs.items()
            },
            "settings": portable(self.settings.model_dump(mode="json"), folder),
        }

    @classmethod
    def from_record(cls, record: Mapping[str, Any], folder: Path, changes: Mapping[str, Any]) -> "Request":
        """The request that a picture in `folder` carries, with some settings changed.

        Records of earlier versions are migrated. Raises PareidoliaError if the record is of another kind or
        of a later version, or if a picture it names is not found unchanged.
        """
        record = migrate(record)
        try:
            operation = find_operation(record["operation"])
            inputs: Inputs = {
                name: tuple(_found(entry, folder) for entry in entries)
                if isinstance(entries, list)
                else _found(entries, folder)
                for name, entries in record["inputs"].items()
            }
            return cls(
                operation, inputs, operation.settings({**located(record["settings"], folder), **changes})
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise PareidoliaError(f"the picture's record cannot be read: {error!r} is amiss") from error


def _entry(path: str, folder: Path) -> dict[str, str]:
    """How a record names a picture or a run: where it is as seen from `folder`, and what it holds.

    What is not a file (a sample, a shipped model, a place in a latent space) is its name.
    """
    if _is_sample(path) or not Path(path).exists():
        return {"path": path}
    return {"path": named_from(folder, path), "sha256": _digest(Path(path))}


def _found(entry: Mapping[str, str], folder: Path) -> str:
    """The path of the picture or run that a record names, looked for beside the record and here."""
    if "sha256" not in entry:
        return entry["path"]
    existing = [path for path in places(entry["path"], folder) if path.exists()]
    for path in existing:
        if _digest(path) == entry["sha256"]:
            return str(path)
    if existing:
        raise PareidoliaError(
            f"{existing[0]} is not the picture it was when this was made: its content changed"
        )
    raise PareidoliaError(
        f"{folder / entry['path']} is no longer there: put {Path(entry['path']).name} beside the picture"
    )


def _is_sample(path: str) -> bool:
    return path.startswith("sample:")


def _digest(path: Path) -> str:
    """SHA-256 of a file, of the weights in a run's folder, or of a folder's pictures by name and size."""
    if path.is_dir():
        weights = path / "model.safetensors"
        if not weights.is_file():
            return find_pictures(path).digest
        path = weights
    with require_file(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
