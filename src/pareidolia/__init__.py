"""Look inside neural networks and make pictures with them.

Four verbs: record what a network sees, send a signal back to the pixels, paint until it sees what we
aim for, train networks that make pictures. `docs/design.md` shows the rooms.

Every operation is a function here, made from the same statement as its command:

    pareidolia.saliency("photo.jpg", model, target="tabby cat", method="grad-cam").save("why.png")

Rooms and the names that are used most are attributes; all are imported when they are first used.
"""

from typing import Any

import lazy_loader

_ROOMS = (
    "atlas",
    "backward",
    "collecting",
    "dreaming",
    "execution",
    "generative",
    "inspection",
    "microscope",
    "networks",
    "operations",
    "painting",
    "pictures",
    "settings",
    "style",
    "training",
)
_NAMED = {
    "backward": ["guided"],
    "dreaming": ["Dream"],
    "execution.functions": ["train"],
    "inspection.visualization": ["Caricature", "ClassModels", "Features", "Inversion"],
    "networks": ["Network", "load_network"],
    "pictures": ["open_picture", "save_picture"],
    "pictures.result": ["Result"],
    "progress": ["Progress"],
    "settings": ["PareidoliaError"],
    "style": ["StyleTransfer"],
}
_find, _, _NAMES = lazy_loader.attach(__name__, submodules=_ROOMS, submod_attrs=_NAMED)
__all__ = ["__version__", *_NAMES]


def __getattr__(name: str) -> Any:
    if name in _NAMES:
        return _find(name)
    if name == "__version__":
        from pareidolia.version import __version__

        return __version__
    if not name.startswith("_"):
        from pareidolia.execution.functions import operation_function

        function = operation_function(name)
        if function is not None:
            globals()[name] = function
            return function
    raise AttributeError(f"module 'pareidolia' has no attribute '{name}'")


def __dir__() -> list[str]:
    from pareidolia.execution.functions import function_names

    return sorted({*__all__, *function_names()})
