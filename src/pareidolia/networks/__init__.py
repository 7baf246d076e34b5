"""Where networks come from, what layers they have, and what these answer to a picture.

`load_network` finds a network by name (`sources/`, `weights.py`) and wraps it as a `Network`, which
normalises, classifies, lists its layers with their receptive fields (`layers.py`, `propagation.py`) and
records activations (`recording.py`). `preserve_state` leaves a module as an operation found it.
"""

import sys

import lazy_loader

from pareidolia.operations.rooms import OperationRoom

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
sys.modules[__name__].__class__ = OperationRoom  # `pareidolia.networks()` lists them
