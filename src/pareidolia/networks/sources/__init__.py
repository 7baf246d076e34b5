"""Where networks come from: the shipped retina, torchvision, timm, and the user's own code.

`build(name, weights, class_count)` returns an `Origin`: the module with its weights, and what its source
states about it. Each source is one module here with the same function.
"""

from pareidolia.networks.sources.origin import Origin
from pareidolia.networks.sources.register import build, known_names

__all__ = ["Origin", "build", "known_names"]
