"""Settings that offer the options of every attribution method. No torch here.

An option that several methods have is one field. It is None where it goes with no method that was asked for;
those of the methods asked for are filled in, so that a record holds them all.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Annotated, Any, Self, TypeVar

from pydantic import Field, ValidationError, model_validator
from pydantic.fields import FieldInfo

from pareidolia.inspection.attribution.registry import (
    METHODS,
    MethodOptions,
    follow_methods,
    options_in_one_line,
)
from pareidolia.settings import NetworkSettings, PareidoliaError, Settings


class MethodsSettings(Settings):
    """Settings in which attribution methods are asked for, with their options; see `offer_options`."""

    @property
    def asked_methods(self) -> Sequence[str]:
        """The names of the methods asked for."""
        raise NotImplementedError

    def options_of(self, method: str) -> MethodOptions:
        """The options of one method, as an object of its own class."""
        options = METHODS[method].options
        values = {name: getattr(self, name, None) for name in options.model_fields}
        return options(**{name: value for name, value in values.items() if value is not None})

    @model_validator(mode="after")
    def _settle_options(self) -> Self:
        """Refuse options of methods that were not asked for; fill in those that were left out."""
        asked = self.asked_methods
        for name, owners in _owners().items():
            value = getattr(self, name)
            taking = [method for method in owners if method in asked]
            defaults = [METHODS[method].options.model_fields[name].default for method in taking or owners]
            if not taking:
                if value is not None and value not in defaults:
                    option = f"--{name.replace('_', '-')}"
                    raise ValueError(f"{option} goes with {_listed(owners)}, not with {_listed(asked)}")
                value = None
            elif value is None and all(default == defaults[0] for default in defaults):
                value = defaults[0]
            object.__setattr__(self, name, value)  # frozen for everybody else
        for method in asked:
            try:
                self.options_of(method)
            except ValidationError as error:
                raise ValueError(f"{method}: {options_in_one_line(error, METHODS[method].options)}") from None
        return self


_NAMES = "{methods}"
S = TypeVar("S", bound=MethodsSettings)


def offer_options(settings: type[S]) -> type[S]:
    """Give a class of settings a field for each option of the methods there are, and of those to come.

    `{methods}` in its descriptions becomes their names.
    """
    declared = frozenset(settings.model_fields)
    naming = {
        name: field for name, field in settings.model_fields.items() if _NAMES in str(field.description)
    }
    texts = {name: str(field.description) for name, field in naming.items()}

    def offer() -> None:
        for name, owners in _owners().items():
            if name in declared or name in NetworkSettings.model_fields:
                raise PareidoliaError(
                    f"the attribution method {_listed(owners)} names an option '{name}', "
                    "which means something else in every command: name it otherwise"
                )
            fields = [METHODS[method].options.model_fields[name] for method in owners]
            settings.model_fields[name] = _optional(fields, owners)
        for name, field in naming.items():
            field.description = texts[name].replace(_NAMES, ", ".join(METHODS))
        settings.model_rebuild(force=True)

    follow_methods(offer)
    return settings


def _owners() -> dict[str, list[str]]:
    """Each option that some methods have and others do not, and the methods that have it."""
    found: dict[str, list[str]] = {}
    for method in METHODS.values():
        for name in method.options.model_fields:
            if name not in MethodOptions.model_fields:
                found.setdefault(name, []).append(method.name)
    return found


def _optional(fields: Sequence[FieldInfo], owners: Sequence[str]) -> FieldInfo:
    """One field for the same option of several methods: what any of them takes, or None.

    Limits are stated where the methods agree; `options_of` holds each method to its own.
    """
    kinds: Any = reduce(or_, [*dict.fromkeys(field.annotation for field in fields), None])
    limits = fields[0].metadata if all(field.metadata == fields[0].metadata for field in fields) else []
    defaults = {repr(field.default) for field in fields}
    default = "" if defaults == {"None"} or len(defaults) > 1 else f"; default: {fields[0].default}"
    description = f"{fields[0].description} ({', '.join(owners)}{default})"
    combined: Any = Annotated[
        kinds,
        *limits,
        Field(default=None, description=description, json_schema_extra={"methods": list(owners)}),
    ]
    return FieldInfo.from_annotation(combined)


def _listed(names: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1])))
