"""Artistic style: content and style of a picture as losses, and the transfer of one to the other."""

import sys

import lazy_loader

from pareidolia.operations.rooms import OperationRoom

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
sys.modules[__name__].__class__ = OperationRoom  # `pareidolia.style(...)` paints
