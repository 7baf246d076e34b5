"""Invariance: how far a layer's activations move when a photo is shifted, enlarged and turned."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
