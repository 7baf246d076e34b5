"""A request as the command that a person would type."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

from pareidolia.operations import Input
from pareidolia.requests import Request


def command_line(request: Request, out: str, names: Mapping[str, str] | None = None) -> str:
    """Write the command for a request: its inputs, and every option that is not the default.

    Args:
        request: an operation on inputs that are files or names.
        out: the value of --out.
        names: how the command names paths; None keeps the paths.

    Returns:
        The command.
    """
    operation, settings = request.operation, request.settings
    positional: list[str] = []
    flags: list[str] = []
    for stated in operation.inputs:
        values = [(names or {}).get(each, each) for each in _texts(stated, request.inputs.get(stated.name))]
        if stated.keyword and values:
            flags += [f"--{stated.name.replace('_', '-')}", *values]
        else:
            positional += values
    for name, declared in type(settings).model_fields.items():
        value = getattr(settings, name)
        if declared.is_required() or value != declared.default:
            flags += _flag(name, value)
    method = ["--method", operation.method] if operation.command != operation.name else []
    return shlex.join(["pareidolia", *operation.command.split(), *positional, *flags, *method, "--out", out])


def _texts(stated: Input, given: Any) -> Iterator[str]:
    if given is None:
        return
    if stated.kind == "sum":
        terms = list(given)
        yield " ".join(terms[1:] if terms[0] == "+" else terms)
    elif isinstance(given, tuple | list):
        yield from map(str, given)
    else:
        yield str(given)


def _flag(name: str, value: object) -> list[str]:
    flag = name.replace("_", "-")
    if isinstance(value, bool):
        return [f"--{flag}" if value else f"--no-{flag}"]
    values = value if isinstance(value, tuple) else (value,)
    return [f"--{flag}", *(f"{each:g}" if isinstance(each, float) else str(each) for each in values)]
