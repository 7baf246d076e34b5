"""Visualisation: pictures painted to show what units, classes and layers of a network respond to.

`features` paints many units at once, `class_models` a class's own picture, `inversion` a photo from its
activations, `caricature` a photo as a layer exaggerates it, `accentuation` what a unit answers to in it. All
are `Painting`s, whose `picture` is a sheet.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
