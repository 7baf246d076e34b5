"""Look inside neural networks and make pictures with them.

Four verbs: record what a network sees, send a signal back to the pixels, paint until it sees what we
aim for, train networks that make pictures. `docs/design.md` shows the rooms.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pareidolia.networks import Network as Network
    from pareidolia.networks import load_network as load_network
    from pareidolia.pictures import open_picture as open_picture
    from pareidolia.pictures import save_picture as save_picture
    from pareidolia.settings import PareidoliaError as PareidoliaError

__version__ = "0.1.0"

_HOMES = {
    "Network": "networks",
    "PareidoliaError": "settings",
    "load_network": "networks",
    "open_picture": "pictures",
    "save_picture": "pictures",
}
__all__ = ["Network", "PareidoliaError", "__version__", "load_network", "open_picture", "save_picture"]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `import pareidolia` costs no torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pareidolia' has no attribute '{name}'")
    return getattr(import_module(f"pareidolia.{_HOMES[name]}"), name)
