"""Extension of griffe for `make docs`: the reference lists the fields of a settings class in one table.

A field's type, range and description are stated where it is declared, which for many fields is a base class.
The table has all of them with their defaults, as a user of the class meets them.
"""

from importlib import import_module
from types import NoneType
from typing import Any, Literal, get_args, get_origin

import griffe
from pydantic.fields import FieldInfo

from pareidolia.settings import Settings


class SettingsFields(griffe.Extension):
    """Writes the fields of each settings class as the section `Attributes` of its docstring."""

    def on_package(self, *, pkg: griffe.Module, **kwargs: Any) -> None:
        """Describe the settings classes of a package that has been read.

        Args:
            pkg: the package.
            kwargs: what else griffe gives.
        """
        for module in _modules(pkg):
            if module.name == "settings" or module.path.startswith("pareidolia.settings."):
                for each in list(module.classes.values()):
                    if not each.is_alias:
                        _describe(each)


def _modules(module: griffe.Module) -> list[griffe.Module]:
    below = [each for each in module.modules.values() if not each.is_alias]
    return [module, *(found for each in below for found in _modules(each))]


def _describe(each: griffe.Class) -> None:
    kind = getattr(import_module(each.module.path), each.name, None)
    if not (isinstance(kind, type) and issubclass(kind, Settings)) or each.docstring is None:
        return
    lines = [f"    {name} ({type_text(field.annotation)}): {_text(field)}" for name, field in _fields(kind)]
    if lines:
        each.docstring.value += "\n\nAttributes:\n" + "\n".join(lines)
    for name in {*kind.model_fields, "model_config"} & each.members.keys():
        each.del_member(name)


def _fields(kind: type[Settings]) -> list[tuple[str, FieldInfo]]:
    """A class's own fields, then those of its bases."""
    own = [name for name in kind.model_fields if name in kind.__annotations__]
    return [(name, kind.model_fields[name]) for name in dict.fromkeys([*own, *kind.model_fields])]


def _text(field: FieldInfo) -> str:
    text = " ".join((field.description or "").split())
    if field.is_required() or "(default:" in text:
        return text
    return f"{text} Default: `{field.get_default(call_default_factory=True)!r}`."


def type_text(annotation: Any) -> str:
    """Write a type as a reader of the reference wants it.

    Args:
        annotation: a type, a union, a generic alias or a Literal.

    Returns:
        Its text, without modules: `int | None`, `"adam" or "lbfgs"`.
    """
    parts = get_args(annotation)
    origin = get_origin(annotation)
    if origin is Literal:
        return " or ".join(f'"{part}"' if isinstance(part, str) else repr(part) for part in parts)
    if not parts:
        return "None" if annotation is NoneType else getattr(annotation, "__name__", str(annotation))
    if origin in (tuple, list, dict, frozenset, set):
        inner = ", ".join("..." if part is ... else type_text(part) for part in parts)
        return f"{origin.__name__}[{inner}]"
    return " | ".join(map(type_text, parts))
