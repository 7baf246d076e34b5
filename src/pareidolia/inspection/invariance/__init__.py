"""Invariance: how far a layer's activations move when a photo is shifted, enlarged and turned."""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.inspection.invariance.figure import invariance_figure
    from pareidolia.inspection.invariance.measuring import (
        TransformResponse,
        feature_distance,
        measure_invariance,
    )
    from pareidolia.inspection.invariance.settings import InvarianceSettings

__all__ = [
    "InvarianceSettings",
    "TransformResponse",
    "feature_distance",
    "invariance_figure",
    "measure_invariance",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "TransformResponse": "measuring",
        "InvarianceSettings": "settings",
        "feature_distance": "measuring",
        "invariance_figure": "figure",
        "measure_invariance": "measuring",
    },
)
