"""The command line and the Python of a job: what the page did, in words that run without it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pareidolia.execution.command_line import command_line
from pareidolia.execution.functions import function_name
from pareidolia.operations import find_operation
from pareidolia.requests import Request
from pareidolia.studio.job import Job
from pareidolia.studio.references import References


def snippets(job: Job, references: References, folder: Path) -> dict[str, str]:
    """A job as a command and as Python.

    Args:
        job: of the studio.
        references: finds what its inputs stand for.
        folder: of the job.

    Returns:
        "command" and "python".

    Raises:
        PareidoliaError: If something that it was given is no longer there.
    """
    operation = find_operation(job.operation)
    settings = operation.settings_type.model_validate(job.settings)
    paths = references.resolve(operation, job.inputs, folder)
    names = references.names(operation, job.inputs, folder)
    out = Path(job.file or "result.png").name
    command = command_line(Request(operation, paths, settings), out, names)
    changed = {
        name: getattr(settings, name)
        for name, declared in type(settings).model_fields.items()
        if declared.is_required() or getattr(settings, name) != declared.default
    }
    given = [_python(value, names) for value in paths.values()]
    keywords = [f"{name}={value!r}" for name, value in {**changed, "out": out}.items()]
    call = f"pareidolia.{function_name(operation)}({', '.join([*given, *keywords])})"
    return {"command": command, "python": f"import pareidolia\n\n{call}\n"}


def _python(value: Any, names: Mapping[str, str]) -> str:
    if isinstance(value, tuple):
        return repr([names.get(each, each) for each in value])
    return repr(names.get(value, value))
