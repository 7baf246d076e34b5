"""Look inside neural networks and make pictures with them.

Four verbs: record what a network sees, send a signal back to the pixels, paint until it sees what we
aim for, train networks that make pictures. `docs/design.md` shows the rooms.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports
from pareidolia.version import __version__

if TYPE_CHECKING:
    from pareidolia.networks import Network, load_network
    from pareidolia.pictures import open_picture, save_picture
    from pareidolia.settings import PareidoliaError

__all__ = ["Network", "PareidoliaError", "__version__", "load_network", "open_picture", "save_picture"]
__getattr__ = lazy_exports(
    __name__,
    {
        "Network": "networks",
        "PareidoliaError": "settings",
        "load_network": "networks",
        "open_picture": "pictures",
        "save_picture": "pictures",
    },
)
