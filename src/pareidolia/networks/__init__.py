"""Where networks come from, what layers they have, and what these answer to a picture.

`load_network` finds a network by name (`sources/`, `weights.py`) and wraps it as a `Network`, which
normalises, classifies, lists its layers with their receptive fields (`layers.py`, `propagation.py`) and
records activations (`recording.py`). `preserve_state` leaves a module as an operation found it.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.networks.devices import choose_device
    from pareidolia.networks.identities import identity
    from pareidolia.networks.layers import Layer
    from pareidolia.networks.loading import load_network, load_network_from
    from pareidolia.networks.network import Network
    from pareidolia.networks.receptive import ReceptiveField
    from pareidolia.networks.restoring import preserve_state
    from pareidolia.networks.sources import known_names

__all__ = [
    "Layer",
    "Network",
    "ReceptiveField",
    "choose_device",
    "identity",
    "known_names",
    "load_network",
    "load_network_from",
    "preserve_state",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "Layer": "layers",
        "Network": "network",
        "ReceptiveField": "receptive",
        "choose_device": "devices",
        "identity": "identities",
        "known_names": "sources",
        "load_network": "loading",
        "load_network_from": "loading",
        "preserve_state": "restoring",
    },
)
