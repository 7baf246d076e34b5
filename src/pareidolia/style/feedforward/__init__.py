"""Style in one pass: a network trained to paint in one style, or in several that blend (Johnson 2016).

`network.py` is the network, `loss.py` the loss it is trained with, `photos.py` its training data,
`training.py` puts them together, `stylizer.py` paints with a trained network.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.style.feedforward.loss import PerceptualLoss
    from pareidolia.style.feedforward.network import StylizerNetwork
    from pareidolia.style.feedforward.settings import PaintSettings, StylizerSettings
    from pareidolia.style.feedforward.stylizer import Stylizer, open_stylizer, stylized
    from pareidolia.style.feedforward.training import StylizerTraining, prepare

__all__ = [
    "PaintSettings",
    "PerceptualLoss",
    "Stylizer",
    "StylizerNetwork",
    "StylizerSettings",
    "StylizerTraining",
    "open_stylizer",
    "prepare",
    "stylized",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "PaintSettings": "settings",
        "PerceptualLoss": "loss",
        "Stylizer": "stylizer",
        "StylizerNetwork": "network",
        "StylizerSettings": "settings",
        "StylizerTraining": "training",
        "open_stylizer": "stylizer",
        "prepare": "training",
        "stylized": "stylizer",
    },
)
