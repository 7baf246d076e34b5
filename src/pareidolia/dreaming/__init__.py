"""Deep Dream: strengthen in a picture what a network sees in it, coarse to fine.

`Dream` is the painting, `aims.py` what is dreamt of, `canvas.py`
the canvas whose detail is carried between octaves.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.dreaming.canvas import DetailCanvas
    from pareidolia.dreaming.dream import Dream
    from pareidolia.dreaming.objectives import BestMatch
    from pareidolia.dreaming.settings import DreamSettings
    from pareidolia.dreaming.video import DreamVideo

__all__ = ["BestMatch", "DetailCanvas", "Dream", "DreamSettings", "DreamVideo"]
__getattr__ = lazy_exports(
    __name__,
    {
        "BestMatch": "objectives",
        "DetailCanvas": "canvas",
        "Dream": "dream",
        "DreamVideo": "video",
        "DreamSettings": "settings",
    },
)
