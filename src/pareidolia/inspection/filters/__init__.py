"""Filters: the kernels of a layer as pictures, in the colours of the layer's input."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
