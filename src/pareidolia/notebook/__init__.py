"""Widgets for notebooks: a latent plane to drag in, and the viewer of an atlas in a cell.

`LatentPlane` (`latent_plane.py`, drawn by `latent_plane.js`) needs anywidget; `AtlasView` (`atlas_view.py`)
needs nothing. `pareidolia.watching` shows progress in a cell, and a `Result` shows itself.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
