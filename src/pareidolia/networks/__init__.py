"""Where networks come from, what layers they have, and what these answer to a picture.

`load_network` finds a network by name (`sources/`, `weights.py`), `as_network` takes what people have; both
give a `Network`, which normalises, classifies, lists its layers with their receptive fields (`layers.py`,
`fields/`) and records activations (`recording.py`). `preserve_state` leaves a module as an operation found
it, `guarding.py` runs what others wrote, `speed/` makes a CPU quicker.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.networks.accepting import NetworkLike, as_network, network_for
    from pareidolia.networks.devices import choose_device
    from pareidolia.networks.fields import ReceptiveField
    from pareidolia.networks.identities import identity
    from pareidolia.networks.layers import Layer
    from pareidolia.networks.loading import load_network, load_network_from
    from pareidolia.networks.network import Network
    from pareidolia.networks.restoring import preserve_state
    from pareidolia.networks.sources import known_names

__all__ = [
    "Layer",
    "Network",
    "NetworkLike",
    "ReceptiveField",
    "as_network",
    "choose_device",
    "identity",
    "known_names",
    "load_network",
    "load_network_from",
    "network_for",
    "preserve_state",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "Layer": "layers",
        "Network": "network",
        "NetworkLike": "accepting",
        "ReceptiveField": "fields",
        "as_network": "accepting",
        "choose_device": "devices",
        "identity": "identities",
        "known_names": "sources",
        "load_network": "loading",
        "load_network_from": "loading",
        "network_for": "accepting",
        "preserve_state": "restoring",
    },
)
