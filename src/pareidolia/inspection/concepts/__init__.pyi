from .figures import (
    figures_of as figures_of,
)
from .figures import (
    stability as stability,
)
from .finding import (
    ConceptFinding as ConceptFinding,
)
from .importance import (
    concept_importance as concept_importance,
)
from .importance import (
    sobol_indices as sobol_indices,
)
from .settings import (
    ConceptSettings as ConceptSettings,
)
from .settings import (
    ImportanceSettings as ImportanceSettings,
)
