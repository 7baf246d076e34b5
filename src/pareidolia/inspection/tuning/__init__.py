"""Hubel and Wiesel's experiment on a network: drifting gratings and bars, and what a layer's units answer.

`stimuli` draws them and says what an orientation is, `site` finds the position that is read, `measures` has
the numbers that describe a curve, `experiment` puts them together. `page` and `orientation_map` draw.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
