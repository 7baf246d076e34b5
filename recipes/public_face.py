"""Write what is derived from the operations' statements: their index, and the types of `pareidolia.NAME`.

    python -m recipes.public_face

Run it after an operation's statement or settings have changed; a test holds both files to the statements.
"""

import inspect
import json
import pkgutil
import types
import typing
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin

import pareidolia
from pareidolia.execution.functions import OperationFunction, function_name
from pareidolia.operations import GROUPS, Operation
from pareidolia.operations.listing import INDEX, to_entry
from pareidolia.operations.statement import STATED

STUB = "__init__.pyi"
_ROOMS = ("atlas", "dreaming", "generative", "inspection", "microscope", "networks", "style", "tour")
_ORDER = [
    "style",
    "brush",
    "style-figures",
    "stylizer",
    "dream",
    "explain-dreams",
    "export",
    "filters",
    "tuning",
    "invariance",
    "patches",
    "evolution",
    "features",
    "class-model",
    "invert",
    "caricature",
    "atlas",
    "microscope",
    "quiz",
    "concepts",
    "concept-importance",
    "measure style",
    "saliency",
    "deconvnet",
    "faithfulness",
    "networks",
    "train",
    "train doctor",
    "evaluate",
    "sample",
    "reconstruct",
    "interpolate",
    "manifold",
    "latent",
    "arithmetic",
    "walk",
    "directions",
]
"""The order in which help lists them within their group; a new one comes last."""


def own_operations() -> list[Operation]:
    """The operations that the package's own modules state, in order."""
    for room in _ROOMS:
        package = import_module(f"pareidolia.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    own = [each for each in STATED.values() if each.function.startswith("pareidolia.")]
    return sorted(own, key=_position)


def index_text() -> str:
    """The index of them, as JSON."""
    return json.dumps([to_entry(each) for each in own_operations()], indent=1) + "\n"


def stub_text() -> str:
    """The types of `pareidolia.NAME` for editors and type checkers: a function an operation."""
    rooms = "".join(f"from . import {name} as {name}\n" for name in _ROOM_NAMES)
    names = "".join(
        f"from .{module} import {name} as {name}\n"
        for module, found in pareidolia._NAMED.items()
        for name in found
        if name != "train"
    )
    functions = [_function(each) for each in own_operations()]
    return "\n".join([_STUB_HEAD, rooms + names, _STUB_TRAIN, *functions])


_CALLED = ("microscope", "networks", "style")
_ROOM_NAMES = [name for name in pareidolia._ROOMS if name not in _CALLED]
_STUB_HEAD = '''"""Written by `python -m recipes.public_face` from the operations' statements."""

from collections.abc import Sequence
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_origin
from types import ModuleType
from typing import Any, Literal, TypeAlias

from .networks import NetworkLike
from .pictures import PictureLike

PathLike: TypeAlias = str | Path
__version__: str
'''
_STUB_TRAIN = '''
def train(data: Any = ..., model: str = ..., *, out: PathLike | None = ..., **settings: Any) -> Result:
    """Train a generative model; see `train_vae` and the like for its settings."""
'''
_KINDS = {
    "picture": "PictureLike",
    "photos": "PathLike",
    "run": "Any",
    "atlas": "PathLike",
    "latent point": "str",
    "sum": "str",
    "data": "Any",
    "weights": "PathLike",
    "file": "PictureLike",
    "text": "str | int",
}


def _function(operation: Operation) -> str:
    """The stub of the function of an operation."""
    name = function_name(operation)
    given = [
        _argument(operation, each)
        for each in inspect.signature(OperationFunction(operation)).parameters.values()
    ]
    star = next((number for number, each in enumerate(given) if each.startswith("!")), len(given))
    listed = [*given[:star], "*", *(each.removeprefix("!") for each in given[star:])]
    if name not in _CALLED:
        return f'def {name}(\n{_lines(listed, 1)}) -> Result:\n    """{operation.line}"""\n'
    return (
        f"class _{name.title()}(ModuleType):\n    def __getattr__(self, name: str) -> Any: ...\n"
        f"    def __call__(\n        self,\n{_lines(listed, 2)}    ) -> Result:\n"
        f'        """{operation.line}"""\n\n{name}: _{name.title()}\n'
    )


def _lines(arguments: Sequence[str], depth: int) -> str:
    return "".join(f"{'    ' * depth}{each},\n" for each in arguments)


def _argument(operation: Operation, parameter: inspect.Parameter) -> str:
    """An argument in the stub; "!" begins one that is given by name alone."""
    required = parameter.default is inspect.Parameter.empty or parameter.default is ...
    default = "" if required else " = ..."
    if parameter.kind is not inspect.Parameter.KEYWORD_ONLY:
        return f"{parameter.name}: {_given_type(operation, parameter.name, required)}{default}"
    kind = {"out": "PathLike | None", "settings": "Any"}.get(parameter.name) or _type(parameter)
    return f"!{parameter.name}: {kind}{default}"


def _given_type(operation: Operation, name: str, required: bool) -> str:
    if name == "network":
        return "NetworkLike"
    stated = operation.input(name)
    kind = f"Sequence[{_KINDS[stated.kind]}]" if stated.many else _KINDS[stated.kind]
    return kind if required else f"{kind} | None"


def _type(parameter: inspect.Parameter) -> str:
    return "bool" if parameter.annotation is inspect.Parameter.empty else _written(parameter.annotation)


def _written(kind: Any) -> str:
    """A type as one writes it."""
    arguments = get_args(kind)
    match get_origin(kind):
        case None:
            names: dict[Any, str] = {NoneType: "None", None: "None", Path: "PathLike", Any: "Any", ...: "..."}
            return names.get(kind) or str(kind.__name__)
        case typing.Annotated:
            return _written(arguments[0])
        case typing.Literal:
            return f"Literal[{', '.join(map(json.dumps, arguments))}]"
        case typing.Union | types.UnionType:
            return " | ".join(map(_written, arguments))
        case origin:
            return f"{origin.__name__}[{', '.join(map(_written, arguments))}]"


def _position(operation: Operation) -> tuple[int, int, str]:
    word = operation.name.split()[0]
    return (
        GROUPS.index(operation.group),
        _ORDER.index(word) if word in _ORDER else len(_ORDER),
        operation.name if word == "atlas" else "",
    )


def main() -> None:
    """Write the files."""
    package = Path(pareidolia.__file__).parent
    (package / "operations" / INDEX).write_text(index_text(), encoding="utf-8")
    (package / STUB).write_text(stub_text(), encoding="utf-8")


if __name__ == "__main__":
    main()
