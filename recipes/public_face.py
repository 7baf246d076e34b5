"""Write what is derived from the operations' statements: their index, and the types of `pareidolia.NAME`.

    python -m recipes.public_face

Run it after an operation's statement or settings have changed; a test holds both files to the statements.
"""

import json
import pkgutil
from importlib import import_module
from pathlib import Path

import pareidolia
from pareidolia.operations import GROUPS, Operation
from pareidolia.operations.listing import INDEX, to_entry
from pareidolia.operations.statement import STATED

_ROOMS = ("atlas", "dreaming", "generative", "inspection", "networks", "style")
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
    "saliency",
    "deconvnet",
    "faithfulness",
    "networks",
    "train",
    "evaluate",
    "sample",
    "reconstruct",
    "interpolate",
    "manifold",
    "latent",
    "arithmetic",
    "walk",
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


if __name__ == "__main__":
    main()
