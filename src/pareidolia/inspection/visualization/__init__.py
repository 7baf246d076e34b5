"""Visualisation: pictures painted to show what units, classes and layers of a network respond to.

`features` paints many units at once, `class_models` a class's own picture, `inversion` a photo from its
activations, `caricature` a photo as a layer exaggerates it. All are `Painting`s, whose `picture` is a sheet.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.inspection.visualization.caricature import Caricature
    from pareidolia.inspection.visualization.class_models import ClassModels
    from pareidolia.inspection.visualization.features import Features
    from pareidolia.inspection.visualization.inversion import Inversion
    from pareidolia.inspection.visualization.settings import (
        CaricatureSettings,
        ClassModelSettings,
        FeatureSettings,
        InversionSettings,
    )

__all__ = [
    "Caricature",
    "CaricatureSettings",
    "ClassModelSettings",
    "ClassModels",
    "FeatureSettings",
    "Features",
    "Inversion",
    "InversionSettings",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "Caricature": "caricature",
        "CaricatureSettings": "settings",
        "ClassModelSettings": "settings",
        "ClassModels": "class_models",
        "FeatureSettings": "settings",
        "Features": "features",
        "Inversion": "inversion",
        "InversionSettings": "settings",
    },
)
