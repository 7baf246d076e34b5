"""A tool of each operation, from its statement. No torch here."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from pareidolia.execution.functions import function_name
from pareidolia.operations import Operation
from pareidolia.settings import PareidoliaError
from pareidolia.studio.forms import form, offered
from pareidolia.studio.limits import Limits
from pareidolia.studio.validation import checked_settings

_SEVERAL = ("photos",)


@dataclass(frozen=True)
class Tool:
    """An operation as assistants are offered it.

    Attributes:
        name: its function's, which protocols take: letters, digits and underscores.
        operation: what it does.
        description: for the assistant.
        schema: JSON Schema of its arguments: the inputs, then the settings.
    """

    name: str
    operation: Operation
    description: str
    schema: Mapping[str, Any]

    def parsed(self, arguments: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the operation is given, and its settings.

        Args:
            arguments: as the assistant gives them.

        Returns:
            The inputs by name, several as a tuple; every setting as JSON has it.

        Raises:
            PareidoliaError: If an input is missing or of another type, or a setting is refused.
        """
        rest = dict(arguments)
        inputs: dict[str, Any] = {}
        for each in self.operation.inputs:
            value = rest.pop(each.name, None) or each.default
            if value is None and each.required:
                raise PareidoliaError(f"{self.operation.name} needs its {each.name}")
            if value is None:
                continue
            if not isinstance(value, str | list) or (isinstance(value, list) and not each.many):
                raise PareidoliaError(f"{each.name} is {'texts' if each.many else 'a text'}")
            inputs[each.name] = tuple(value) if isinstance(value, list) else value
        return inputs, checked_settings(self.operation, rest, Limits())


@cache
def tools() -> dict[str, Tool]:
    """Every operation of the studio as a tool, by the tool's name."""
    found = [_tool(operation) for operation in offered().values()]
    return {each.name: each for each in found}


def _tool(operation: Operation) -> Tool:
    stated = form(operation)
    properties = {each["name"]: _input(each) for each in stated["inputs"]}
    settings = {
        name: declared for name, declared in stated["schema"]["properties"].items() if name not in properties
    }
    required = [
        *(each["name"] for each in stated["inputs"] if each["required"]),
        *(name for name in stated["schema"].get("required", ()) if name in settings),
    ]
    schema = {
        "type": "object",
        "properties": {**properties, **settings},
        "required": required,
        "additionalProperties": False,
    }
    if "$defs" in stated["schema"]:
        schema["$defs"] = stated["schema"]["$defs"]
    return Tool(function_name(operation), operation, operation.help, schema)


def _input(stated: Mapping[str, Any]) -> dict[str, Any]:
    one: dict[str, Any] = {"type": "string"}
    kind = {"type": "array", "items": one} if stated["many"] else one
    return {**kind, "description": stated["help"]}
