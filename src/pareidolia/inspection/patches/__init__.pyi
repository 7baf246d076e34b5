from .evolution import (
    FeatureEvolution as FeatureEvolution,
)
from .settings import (
    EvolutionSettings as EvolutionSettings,
)
from .settings import (
    PatchesSettings as PatchesSettings,
)
from .strongest import (
    Patch as Patch,
)
from .strongest import (
    StrongestPatches as StrongestPatches,
)
