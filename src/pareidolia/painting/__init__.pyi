from .algebra import (
    read_objective as read_objective,
)
from .canvas import (
    Canvas as Canvas,
)
from .canvas import (
    FourierCanvas as FourierCanvas,
)
from .canvas import (
    PixelCanvas as PixelCanvas,
)
from .canvas import (
    UnboundedCanvas as UnboundedCanvas,
)
from .checkpoint import (
    Checkpoint as Checkpoint,
)
from .gallery import (
    Gallery as Gallery,
)
from .natural import (
    PhaseCanvas as PhaseCanvas,
)
from .objectives import (
    Activation as Activation,
)
from .objectives import (
    Each as Each,
)
from .objectives import (
    ModelOutputs as ModelOutputs,
)
from .objectives import (
    Objective as Objective,
)
from .objectives import (
    Sum as Sum,
)
from .objectives import (
    Term as Term,
)
from .objectives import (
    TotalVariation as TotalVariation,
)
from .painting import (
    Painting as Painting,
)
from .painting import (
    Stage as Stage,
)
from .terms import (
    ClassScore as ClassScore,
)
from .terms import (
    Direction as Direction,
)
from .terms import (
    Diverse as Diverse,
)
from .terms import (
    MiddleActivation as MiddleActivation,
)
from .terms import (
    PowerNorm as PowerNorm,
)
