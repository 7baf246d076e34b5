"""Paint: change a canvas until a network sees what we aim for.

A `Painting` steps through stages; a canvas says what is changed, an objective what is aimed for, transforms
what the picture must survive, a checkpoint what outlives a killed process.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
