"""What the two files that describe a collection must hold to be read. No torch here."""

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Annotated, Any

from pydantic import BaseModel, NonNegativeInt, PlainValidator, PositiveInt


def _path(name: Any) -> str:
    """A path; no pydantic string, as names of files need not be Unicode (PEP 383)."""
    if not isinstance(name, str) or "\0" in name:
        raise ValueError("not a path")
    return name


def _below(name: Any) -> str:
    """A path that stays below the folder of pictures, also if the collection is a stranger's."""
    path = PurePosixPath(_path(name))
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ValueError("leads out of the folder of pictures")
    return str(name)


@dataclass(frozen=True)
class Listed:
    """`files.json`: paths of pictures from their folder, and their sizes in bytes."""

    names: tuple[Annotated[str, PlainValidator(_below)], ...]
    sizes: tuple[NonNegativeInt, ...]

    def __post_init__(self) -> None:
        if len(self.names) != len(self.sizes):
            raise ValueError(f"{len(self.names)} names and {len(self.sizes)} sizes")


class Pictures(BaseModel):
    """Where the pictures are."""

    folder: Annotated[str, PlainValidator(_path)]
    count: NonNegativeInt
    digest: str


class Look(BaseModel):
    """How the network saw them."""

    height_width: tuple[PositiveInt, PositiveInt]
    batch: PositiveInt
    chunk: PositiveInt


class Manifest(BaseModel):
    """`manifest.json`, as far as it is read again."""

    network: dict[str, Any]
    layers: dict[str, tuple[PositiveInt, ...]]
    keep: dict[str, Any]
    look: Look
    pictures: Pictures
