"""Artistic style: content and style of a picture as losses, and the transfer of one to the other."""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.style.figures import StyleFigure, style_figures
    from pareidolia.style.losses import ContentLoss, StyleLoss, content_loss
    from pareidolia.style.settings import StyleFiguresSettings, StyleSettings
    from pareidolia.style.transfer import StyleTransfer

__all__ = [
    "ContentLoss",
    "StyleFigure",
    "StyleFiguresSettings",
    "StyleLoss",
    "StyleSettings",
    "StyleTransfer",
    "content_loss",
    "style_figures",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "ContentLoss": "losses",
        "StyleFigure": "figures",
        "StyleFiguresSettings": "settings",
        "StyleLoss": "losses",
        "StyleSettings": "settings",
        "StyleTransfer": "transfer",
        "content_loss": "losses",
        "style_figures": "figures",
    },
)
