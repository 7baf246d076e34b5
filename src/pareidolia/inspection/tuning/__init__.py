"""Hubel and Wiesel's experiment on a network: drifting gratings and bars, and what a layer's units answer.

`stimuli` draws them and says what an orientation is, `site` finds the position that is read, `measures` has
the numbers that describe a curve, `experiment` puts them together. `page` and `orientation_map` draw.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.inspection.tuning.experiment import LayerTuning, Portrait, Tuning, measure_tuning
    from pareidolia.inspection.tuning.page import tuning_page
    from pareidolia.inspection.tuning.settings import TuningSettings
    from pareidolia.inspection.tuning.stimuli import StimulusCanvas, as_pictures, bars, gratings

__all__ = [
    "LayerTuning",
    "Portrait",
    "StimulusCanvas",
    "Tuning",
    "TuningSettings",
    "as_pictures",
    "bars",
    "gratings",
    "measure_tuning",
    "tuning_page",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "StimulusCanvas": "stimuli",
        "LayerTuning": "experiment",
        "Portrait": "experiment",
        "Tuning": "experiment",
        "TuningSettings": "settings",
        "as_pictures": "stimuli",
        "bars": "stimuli",
        "gratings": "stimuli",
        "measure_tuning": "experiment",
        "tuning_page": "page",
    },
)
