"""Strongest patches: the parts of a folder's photos for which each unit was most active.

`strongest` is the operation, step by step: index the folder (`pareidolia.collecting`), send the strongest
activations back to the pixels, paint the units, lay all of it out. `crops` cuts out what a position sees,
`blocks` draws one unit. `evolution` shows units through the checkpoints of a training.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.inspection.patches.evolution import FeatureEvolution
    from pareidolia.inspection.patches.settings import EvolutionSettings, PatchesSettings
    from pareidolia.inspection.patches.strongest import Patch, StrongestPatches

__all__ = ["EvolutionSettings", "FeatureEvolution", "Patch", "PatchesSettings", "StrongestPatches"]
__getattr__ = lazy_exports(
    __name__,
    {
        "EvolutionSettings": "settings",
        "FeatureEvolution": "evolution",
        "Patch": "strongest",
        "PatchesSettings": "settings",
        "StrongestPatches": "strongest",
    },
)
