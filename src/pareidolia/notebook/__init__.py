"""Widgets for notebooks: a latent plane to drag in, and the viewer of an atlas in a cell.

`LatentPlane` (`latent_plane.py`, drawn by `latent_plane.js`) needs anywidget; `AtlasView` (`atlas_view.py`)
needs nothing. `pareidolia.watching` shows progress in a cell, and a `Result` shows itself.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.notebook.atlas_view import AtlasView
    from pareidolia.notebook.latent_plane import LatentPlane

__all__ = ["AtlasView", "LatentPlane"]
__getattr__ = lazy_exports(__name__, {"AtlasView": "atlas_view", "LatentPlane": "latent_plane"})
