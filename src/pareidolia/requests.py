"""Requests for an operation: on which inputs, with which settings; and the record of a picture."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from pareidolia.operations import Operation, find_operation
from pareidolia.operations.statement import Kind
from pareidolia.operations.sums import split_sum
from pareidolia.pictures.folders import find_pictures
from pareidolia.safety import files_named, located, named_from, places, portable, require_file
from pareidolia.safety.weights_files import find_checkpoints
from pareidolia.settings import VERSION, BadRecord, PareidoliaError, Settings, migrate
from pareidolia.version import __version__

_MOST_LOOKED_THROUGH = 2000
_FOLDERS: Collection[Kind | None] = ("photos", "run", "atlas", "latent point", "sum", "data", "weights")
_GIVEN = "given from Python"
_MOST_THREADS = 1024


@dataclass(frozen=True)
class Request:
    """An operation on certain inputs with certain settings, as a picture's record holds it.

    Attributes:
        operation: the operation.
        inputs: by the operation's names of them: paths, `sample:NAME` and the like, or from Python whatever
            the function takes; a tuple where there may be several.
        settings: its options.
        options: its further settings objects, by argument; not part of the record.
        network: the network, if one was given from Python instead of being named by the settings.
        objects: likewise other things that the settings only name, by argument: a target that is a function.
        threads: how many threads compute it, which decides the last bits; None takes as many as torch does.
    """

    operation: Operation
    inputs: Mapping[str, Any]
    settings: Settings
    options: Mapping[str, Settings] = field(default_factory=dict)
    network: Any = None
    objects: Mapping[str, Any] = field(default_factory=dict)
    threads: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "inputs", {name: self._settled(name) for name in self.inputs})
        for each in self.operation.inputs:
            if each.required and _is_missing(self.inputs.get(each.name)):
                some = "at least one" if each.many else "a"
                raise PareidoliaError(f"{self.operation.name} needs {some} {_singular(each.name, each.many)}")

    def _settled(self, name: str) -> Any:
        """An input as the function takes it: several as a tuple, a sum as its signs and terms."""
        stated, given = self.operation.input(name), self.inputs[name]
        if stated.kind == "sum" and isinstance(given, str):
            return split_sum(given)
        if stated.kind == "weights":
            named = (given,) if isinstance(given, str | Path) else given
            return tuple(str(path) for path in find_checkpoints(named))
        return (given,) if stated.many and not isinstance(given, tuple | list) else given

    def begin(self, **where: Any) -> Any:
        """Call the operation's function.

        Args:
            **where: the folders that the function takes.

        Returns:
            A `Result`, a `Painting`, or other `Work`, as the operation proceeds.
        """
        looking = {"network": self.network} if self.operation.network else {}
        return self.operation.call(
            **self.inputs, settings=self.settings, **looking, **self.options, **self.objects, **where
        )

    def record(self, folder: Path) -> dict[str, Any]:
        """The record of a picture saved in `folder`, as JSON has it: paths are relative to the folder."""
        record = {
            "pareidolia": __version__,
            "version": VERSION,
            "operation": self.operation.name,
            "inputs": {
                name: [_entry(each, folder) for each in given]
                if isinstance(given, tuple | list)
                else _entry(given, folder)
                for name, given in self.inputs.items()
            },
            "settings": portable(self.settings.model_dump(mode="json"), folder),
            "threads": self.threads or _threads(),
        }
        named = files_named(self.settings.model_dump(mode="json"))
        if named:
            record["files"] = {key: _digest(path) for key, path in named.items()}
        given = {} if self.network is None else {"network": _GIVEN}
        return {**record, **given, **dict.fromkeys(self.objects, _GIVEN)}

    @classmethod
    def from_record(
        cls,
        record: Mapping[str, Any],
        folder: Path,
        changes: Mapping[str, Any],
        inputs: Mapping[str, Any] | None = None,
    ) -> "Request":
        """Read the request that a picture carries; records of earlier versions are migrated.

        Args:
            record: of the picture.
            folder: where the picture is.
            changes: settings that replace those of the record.
            inputs: inputs that replace those of the record.

        Returns:
            The request.

        Raises:
            PareidoliaError: If the record is of another kind, an input that it names is not found unchanged,
                or the network was an object in Python, and none is named now.
        """
        record, inputs = migrate(record), inputs or {}
        try:
            operation = find_operation(record["operation"])
            for name in ("network", *operation.objects):
                if record.get(name) == _GIVEN and name not in changes:
                    raise BadRecord(
                        f"the {name} of this picture was given from Python: name one with --{name}"
                    )
            kinds = {each.name: each.kind for each in operation.inputs}
            found = {
                name: tuple(_found(name, entry, folder, kinds.get(name)) for entry in entries)
                if isinstance(entries, list)
                else _found(name, entries, folder, kinds.get(name))
                for name, entries in record["inputs"].items()
                if name not in inputs
            }
            values = located(record["settings"], folder)
            _check_files(
                record.get("files", {}), {key: values[key] for key in values.keys() - changes.keys()}
            )
            settings = operation.settings_type.changed(values, changes)
        except ValidationError:
            raise
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise BadRecord(f"the picture's record cannot be read: {error!r} is amiss") from error
        return cls(operation, {**found, **inputs}, settings, threads=threads_in(record))


def threads_in(record: Mapping[str, Any]) -> int | None:
    """The number of threads that computed what carries the record; None where it does not say.

    Args:
        record: of a picture, a checkpoint or a run.

    Returns:
        The number.

    Raises:
        PareidoliaError: If what stands there is not a number of threads.
    """
    count = record.get("threads")
    if count is not None and (type(count) is not int or not 1 <= count <= _MOST_THREADS):
        raise BadRecord(f"the record names {count!r} threads, not a number from 1 to {_MOST_THREADS}")
    return count


def _threads() -> int:
    import torch  # here alone: the command of a request is written without it

    return torch.get_num_threads()


def _entry(given: Any, folder: Path) -> dict[str, str]:
    """How a record names an input: where it is as seen from `folder`, and what it holds.

    What is not a file (a sample, a shipped model, a place in a latent space) is its name; what was an
    object in Python is marked as one.
    """
    if not isinstance(given, str | Path):
        return {"given": type(given).__name__}
    if _is_sample(str(given)) or not Path(given).exists():
        return {"path": str(given)}
    return {"path": named_from(folder, str(given)), "sha256": _digest(Path(given))}


def _found(name: str, entry: Mapping[str, str], folder: Path, kind: Kind | None) -> str:
    """The path of the input that a record names: where it was, or beside the picture by what it holds.

    A folder is looked through only where an input of that kind may be one: a damaged record may name "/".
    """
    if not isinstance(entry.get("path", ""), str):
        raise BadRecord(f"the {name} of this picture is named {entry['path']!r}, which is no path")
    if "given" in entry:
        raise BadRecord(
            f"the {name} of this picture was a {entry['given']} in Python: name a file with --{name}"
        )
    if "sha256" not in entry:
        return entry["path"]
    existing = [path for path in places(entry["path"], folder) if path.exists()]
    for path in (*existing, *_beside(Path(entry["path"]), folder)):
        if (kind in _FOLDERS or not path.is_dir()) and _digest(path) == entry["sha256"]:
            return str(path)
    if existing:
        raise BadRecord(
            f"{existing[0]} is not the file it was when this was made: its content changed; "
            f"name another with --{name}"
        )
    raise BadRecord(
        f"{folder / entry['path']} is no longer there: put {Path(entry['path']).name} beside the picture, "
        f"or name it with --{name}"
    )


def _check_files(digests: Mapping[str, str], values: Mapping[str, Any]) -> None:
    """Refuse weights, class names and a network's code that are not what they were.

    Weights and names of which the record does not say what they were are refused too; code, where nobody
    trusts it (`safety/trust.py`).
    """
    for key, path in files_named(values).items():
        if key not in digests and key != "network":
            raise BadRecord(f"the record names {path}, but not what it held: name it with --{key}")
        if key in digests and _digest(path) != digests[key]:
            raise BadRecord(
                f"{path} is not the file it was when this was made: its content changed; "
                f"name another with --{key}"
            )


def _beside(path: Path, folder: Path) -> Iterator[Path]:
    """Files of the same kind beside the picture: one of them may be what is looked for, renamed."""
    suffix = path.suffix.lower()
    if suffix and folder.is_dir():
        alike = (file for file in sorted(folder.iterdir()) if file.suffix.lower() == suffix)
        for _, file in zip(range(_MOST_LOOKED_THROUGH), alike, strict=False):
            if file.is_file():
                yield file


def _is_missing(given: Any) -> bool:
    return given is None or (isinstance(given, str | tuple | list) and not given)


def _is_sample(path: str) -> bool:
    return path.startswith("sample:")


def _singular(name: str, many: bool) -> str:
    return name.removesuffix("s") if many and not name.endswith("ss") else name


def _digest(path: Path) -> str:
    """SHA-256 of a file, of the weights in a run's folder, or of a folder's pictures by name and size."""
    if path.is_dir():
        weights = path / "model.safetensors"
        if not weights.is_file():
            return find_pictures(path).digest
        path = weights
    with require_file(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
