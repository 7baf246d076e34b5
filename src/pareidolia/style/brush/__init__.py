"""brush: the network the package ships that paints any photo like any painting, in one pass.

`network.py` is the network, `brush.py` paints with it, `export.py` writes it for other programs; `card.md`
describes its training (`recipes/brush.py`) and its quality.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.style.brush.brush import WEIGHTS, Brush, brushed, load_brush
    from pareidolia.style.brush.network import BrushNetwork
    from pareidolia.style.brush.settings import BrushSettings

__all__ = ["WEIGHTS", "Brush", "BrushNetwork", "BrushSettings", "brushed", "load_brush"]
__getattr__ = lazy_exports(
    __name__,
    {
        "WEIGHTS": "brush",
        "Brush": "brush",
        "BrushNetwork": "network",
        "BrushSettings": "settings",
        "brushed": "brush",
        "load_brush": "brush",
    },
)
