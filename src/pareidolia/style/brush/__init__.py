"""brush: the network the package ships that paints any photo like any painting, in one pass.

`network.py` is the network, `brush.py` paints with it, `export.py` writes it for other programs; `card.md`
describes its training (`recipes/brush.py`) and its quality.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
