"""Looking inside a network: which pixels support a target, and what units saw in a photo.

`framing` prepares a photo for a network, `targets` defines what is explained, `named_targets` reads how
people name it, `projection` is the deconvnet: what units saw. `attribution/` holds the methods that explain a
target.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
