"""Paint: change a canvas until a network sees what the objective describes.

A `Painting` steps through stages; a canvas is what changes, an objective what is minimised, transforms
are random changes that the picture must be robust to, and a checkpoint lets a killed process continue.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
