"""All operations by name: the package's own from an index, those of plug-ins as they state themselves."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import cached_property
from importlib.resources import files
from typing import Any

from pareidolia.operations.statement import STATED, Input, Operation
from pareidolia.settings import PareidoliaError, UnknownName

INDEX = "index.json"
"""The package's own operations, written by `python -m recipes.public_face`."""


class Listing(Mapping[str, Operation]):
    """Operations by name. Those of plug-ins are looked for when a name is not the package's own."""

    @cached_property
    def own(self) -> dict[str, Operation]:
        """The package's own operations, in the order in which help lists them."""
        text = files("pareidolia.operations").joinpath(INDEX).read_text(encoding="utf-8")
        return {entry["name"]: from_entry(entry) for entry in json.loads(text)}

    @property
    def all(self) -> dict[str, Operation]:
        """All of them.

        Raises:
            PareidoliaError: a plug-in cannot be imported, or takes a name that is taken.
        """
        for name, stated in STATED.items():
            if name in self.own and stated.function != self.own[name].function:
                raise PareidoliaError(
                    f"{stated.function} names an operation '{name}', which is taken: "
                    f"{self.own[name].function} is it already"
                )
        return {**STATED, **self.own}

    def __getitem__(self, name: str) -> Operation:
        if name in self.own:
            return self.own[name]
        if name not in self.all:
            raise UnknownName("operation", name, self.all)
        return self.all[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**self.own, **self.all})

    def __len__(self) -> int:
        return len(self.all)


OPERATIONS = Listing()
"""Every operation by name."""


def find_operation(name: str) -> Operation:
    """The operation of that name; UnknownName with the nearest names if there is none."""
    return OPERATIONS[name]


def to_entry(operation: Operation) -> dict[str, Any]:
    """An operation as the index has it."""
    return asdict(operation)


def from_entry(entry: Mapping[str, Any]) -> Operation:
    """An operation from its entry in the index."""
    inputs = tuple(Input(**each) for each in entry["inputs"])
    return Operation(
        **{
            **entry,
            "inputs": inputs,
            "suffixes": tuple(entry["suffixes"]),
            "objects": tuple(entry["objects"]),
        }
    )
