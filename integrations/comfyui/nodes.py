"""One node an operation, by ComfyUI's V3 interface, from the operations' statements."""

import json
from typing import Any

from comfy_api.latest import ComfyExtension, io

from pareidolia.operations import Operation
from pareidolia.settings import PareidoliaError
from pareidolia.studio.forms import form, offered

_PICTURES = ("picture", "photos", "latent point")
_MASKS = ("mask", "strength_map")
_MADE = ("picture", "optional picture", "none")
_WHOLE_NUMBERS = 2**31 - 1
_LARGEST = 1e9
_AUTOMATIC = "automatic"
"""The choice that leaves a setting to the operation."""


def offered_as_nodes() -> list[Operation]:
    """The operations that give a picture or numbers, and take pictures, words or shipped models."""
    return [
        each
        for each in offered().values()
        if each.out in _MADE and not any(given.kind in ("data", "atlas") for given in each.inputs)
    ]


def node_of(operation: Operation) -> type[io.ComfyNode]:
    """The node of an operation."""
    stated = form(operation)

    class Node(io.ComfyNode):
        """A node that runs the operation once for each picture of a batch."""

        @classmethod
        def define_schema(cls) -> io.Schema:
            """Inputs from the statement, settings from their schema."""
            outputs = [io.String.Output(display_name="numbers")]
            if operation.out != "none":
                outputs.insert(0, io.Image.Output(display_name="picture"))
            return io.Schema(
                node_id=f"Pareidolia_{cls.__name__}",
                display_name=operation.name.replace("-", " ").capitalize(),
                category=f"Pareidolia/{operation.group}",
                description=operation.help,
                inputs=[*map(_input, stated["inputs"]), *_settings(stated)],
                outputs=outputs,
            )

        @classmethod
        def execute(cls, **given: Any) -> io.NodeOutput:
            """Run the operation."""
            pictures, rows = run(operation, given)
            numbers = json.dumps(rows, default=str)
            return io.NodeOutput(numbers) if operation.out == "none" else io.NodeOutput(pictures, numbers)

    name = "".join(word.capitalize() for word in operation.name.replace("-", " ").split())
    Node.__name__ = Node.__qualname__ = name
    return Node


def _input(stated: dict[str, Any]) -> Any:
    """A socket for pictures and masks, a field for words and models."""
    shared = {"tooltip": stated["help"], "optional": not stated["required"]}
    if stated["name"] in _MASKS:
        return io.Mask.Input(stated["name"], **shared)
    if stated["kind"] in _PICTURES:
        return io.Image.Input(stated["name"], **shared)
    return io.String.Input(stated["name"], default=stated["default"] or "", **shared)


def _settings(stated: dict[str, Any]) -> list[Any]:
    """A widget a setting; what may be left to the operation is a text that may be empty."""
    taken = {each["name"] for each in stated["inputs"]}
    properties = stated["schema"]["properties"]
    return [_widget(name, each) for name, each in properties.items() if name not in taken]


def _widget(name: str, declared: dict[str, Any]) -> Any:
    default = declared.get("default")
    shared = {"tooltip": declared.get("description", ""), "optional": True}
    kind = declared.get("type")
    choices = next((each["enum"] for each in declared.get("anyOf", ()) if "enum" in each), None)
    if choices and default is None:
        return io.Combo.Input(name, options=[_AUTOMATIC, *choices], default=_AUTOMATIC, **shared)
    if kind == "boolean":
        return io.Boolean.Input(name, default=bool(default), **shared)
    if "enum" in declared and default is not None:
        return io.Combo.Input(name, options=list(declared["enum"]), default=default, **shared)
    if kind == "integer" and default is not None:
        low = declared.get("minimum", declared.get("exclusiveMinimum", -1) + 1)
        return io.Int.Input(
            name, default=default, min=low, max=declared.get("maximum", _WHOLE_NUMBERS), **shared
        )
    if kind == "number" and default is not None:
        low = declared.get("minimum", declared.get("exclusiveMinimum", -_LARGEST))
        high = declared.get("maximum", declared.get("exclusiveMaximum", _LARGEST))
        return io.Float.Input(name, default=default, min=low, max=high, step=0.01, **shared)
    return io.String.Input(name, default=_as_text(default), **shared)


def run(operation: Operation, given: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    """An operation for each picture of a batch.

    Args:
        operation: what is done.
        given: inputs and settings by name; pictures B×H×W×C, masks B×H×W.

    Returns:
        The pictures B×H×W×3 at the size of the first (None where there are none), and their numbers.
    """
    import torch

    # ComfyUI runs nodes in inference mode: nothing can be differentiated there, and no tensor made there.
    with torch.inference_mode(False), torch.enable_grad():
        own = {name: each.clone() if torch.is_tensor(each) else each for name, each in given.items()}
        return _run(operation, own)


def _run(operation: Operation, given: dict[str, Any]) -> tuple[Any, list[dict[str, Any]]]:
    import torch

    from pareidolia.pictures import resize_picture

    inputs, each_of, settings = _sorted(operation, given)
    count = len(each_of[1]) if each_of else 1
    made, rows = [], []
    for index in range(count):
        one = {each_of[0]: each_of[1][index : index + 1]} if each_of else {}
        result = _result(operation, {**inputs, **one}, settings)
        rows += [dict(row) for row in result.rows]
        if result.picture is not None:
            made.append(result.picture[:, :3].expand(-1, 3, -1, -1).cpu().float())
    if not made:
        return None, rows
    size = made[0].shape[-2:]
    fitted = [each if each.shape[-2:] == size else resize_picture(each, tuple(size)) for each in made]
    return torch.cat(fitted).permute(0, 2, 3, 1).contiguous(), rows


def _sorted(
    operation: Operation, given: dict[str, Any]
) -> tuple[dict[str, Any], tuple[str, Any] | None, dict[str, Any]]:
    """The inputs, the batch that is worked through one by one, and the settings that are given."""
    inputs: dict[str, Any] = {}
    batch = None
    rest = dict(given)
    for stated in operation.inputs:
        value = rest.pop(stated.name, None)
        if value is None or (isinstance(value, str) and not value.strip()):
            continue
        if stated.name in _MASKS:
            inputs[stated.name] = value[:1, None].expand(-1, 3, -1, -1)
        elif not isinstance(value, str):
            pictures = value.permute(0, 3, 1, 2)
            if stated.many or stated.kind == "photos":
                inputs[stated.name] = tuple(pictures.split(1))
            elif batch is None:
                batch = (stated.name, pictures)
            else:
                inputs[stated.name] = pictures[:1]
        else:
            words = [each.strip() for each in value.split(";") if each.strip()]
            inputs[stated.name] = tuple(words) if stated.many else value.strip()
    return inputs, batch, _parsed(operation, rest)


def _parsed(operation: Operation, given: dict[str, Any]) -> dict[str, Any]:
    """Settings from widgets: empty texts are left to the operation, numbers in texts are numbers."""
    properties = form(operation)["schema"]["properties"]
    found: dict[str, Any] = {}
    for name, value in given.items():
        if value is None or (isinstance(value, str) and value.strip() in ("", _AUTOMATIC)):
            continue
        found[name] = _of_text(value, properties[name]) if isinstance(value, str) else value
    return found


def _of_text(text: str, declared: dict[str, Any]) -> Any:
    kinds = [declared, *declared.get("anyOf", ())]
    listed = next((each for each in kinds if each.get("type") == "array"), None)
    if listed is not None:
        parts = text.replace(";", " ").split() if _is_numeric(listed) else text.split(";")
        return [
            _number(part.strip()) if _is_numeric(listed) else part.strip() for part in parts if part.strip()
        ]
    if any(each.get("type") in ("integer", "number") for each in kinds):
        return _number(text)
    return text.strip()


def _is_numeric(listed: dict[str, Any]) -> bool:
    items = listed.get("items") or (listed.get("prefixItems") or [{}])[0]
    return items.get("type") in ("integer", "number")


def _number(text: str) -> int | float:
    try:
        return float(text) if "." in text or "e" in text.lower() else int(text)
    except ValueError as error:
        raise PareidoliaError(f"'{text}' is not a number") from error


def _as_text(default: Any) -> str:
    if default is None:
        return ""
    if isinstance(default, list | tuple):
        numeric = all(isinstance(each, int | float) for each in default)
        return (" " if numeric else "; ").join(map(str, default))
    return str(default)


def _result(operation: Operation, inputs: dict[str, Any], settings: dict[str, Any]) -> Any:
    """Run it, with ComfyUI's bar and its stop."""
    from comfy.model_management import throw_exception_if_processing_interrupted
    from comfy.utils import ProgressBar

    from pareidolia.execution import Execution
    from pareidolia.requests import Request

    kind = operation.settings_type
    execution = Execution(Request(operation, inputs, kind.model_validate(settings)))
    bar = ProgressBar(1000)
    for step in execution:
        throw_exception_if_processing_interrupted()
        bar.update_absolute(round(1000 * step.fraction), 1000)
    return execution.result


class PareidoliaNodes(ComfyExtension):
    """All of them."""

    async def get_node_list(self) -> list[type[io.ComfyNode]]:
        """The nodes, in the order of the studio's rooms."""
        return [node_of(each) for each in offered_as_nodes()]


async def comfy_entrypoint() -> PareidoliaNodes:
    """What ComfyUI calls."""
    return PareidoliaNodes()
