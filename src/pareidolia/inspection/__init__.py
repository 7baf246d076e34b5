"""Looking inside a network: which pixels speak for a target, and what units saw in a photo.

`framing` is a photo as a network gets to see it, `targets` says what is explained, `projection` is the
lecture's deconvnet: what units saw. `attribution/` holds the methods that explain a target.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
