"""Where networks come from, what layers they have, and what these answer to a picture.

`load_network` finds a network by name (`sources/`, `weights.py`) and wraps it as a `Network`, which
normalises, classifies, lists its layers with their receptive fields (`layers.py`, `propagation.py`) and
records activations (`recording.py`). `untouched` lends a module to an operation and takes it back as it was.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pareidolia.networks.devices import choose_device as choose_device
    from pareidolia.networks.layers import Layer as Layer
    from pareidolia.networks.loading import load_network as load_network
    from pareidolia.networks.loading import load_network_from as load_network_from
    from pareidolia.networks.network import Network as Network
    from pareidolia.networks.receptive import ReceptiveField as ReceptiveField
    from pareidolia.networks.sources import known_names as known_names
    from pareidolia.networks.lending import untouched as untouched

_HOMES = {
    "Layer": "layers",
    "Network": "network",
    "ReceptiveField": "receptive",
    "choose_device": "devices",
    "known_names": "sources",
    "load_network": "loading",
    "load_network_from": "loading",
    "untouched": "lending",
}
__all__ = [
    "Layer",
    "Network",
    "ReceptiveField",
    "choose_device",
    "known_names",
    "load_network",
    "load_network_from",
    "untouched",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that settings and help cost no torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pareidolia.networks' has no attribute '{name}'")
    return getattr(import_module(f"pareidolia.networks.{_HOMES[name]}"), name)
