"""Style in one pass: a network trained to paint in one style, or in several that blend (Johnson 2016).

`network.py` is the network, `loss.py` what it is trained to make small, `photos.py` what it trains on,
`training.py` puts them together, `stylizer.py` paints with what was trained.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
