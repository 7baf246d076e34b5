"""Hubel and Wiesel's experiment on a network: responses of a layer's units to drifting gratings and bars.

`stimuli` draws them and defines orientation, `site` finds the position that is read, `measures` has the
numbers that describe a curve, `experiment` puts them together, `findings` are what it finds. `page` and
`orientation_map` draw.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
