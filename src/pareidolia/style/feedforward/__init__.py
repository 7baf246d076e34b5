"""Style in one pass: a network trained to paint in one style, or in several that blend (Johnson 2016).

`network.py` is the network, `normalization.py` what it subtracts and divides by, `loss.py` the loss it is
trained with, `photos.py` its training data, `training.py` puts them together, `stylizer.py` paints with a
trained network.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
