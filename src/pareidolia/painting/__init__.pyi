from .aims import (
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
    OBJECTIVES as OBJECTIVES,
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
    objective as objective,
)
from .painting import (
    Painting as Painting,
)
from .smoothness import (
    ColorGrain as ColorGrain,
)
from .smoothness import (
    TotalVariation as TotalVariation,
)
from .smoothness import (
    color_grain as color_grain,
)
from .stage import (
    Stage as Stage,
)
from .statistics import (
    STYLE_STATISTICS as STYLE_STATISTICS,
)
from .statistics import (
    GaussianWasserstein as GaussianWasserstein,
)
from .statistics import (
    Gram as Gram,
)
from .statistics import (
    Histogram as Histogram,
)
from .statistics import (
    MeanStd as MeanStd,
)
from .statistics import (
    Neighbors as Neighbors,
)
from .statistics import (
    PositionSet as PositionSet,
)
from .statistics import (
    PositionSums as PositionSums,
)
from .statistics import (
    RelaxedTransport as RelaxedTransport,
)
from .statistics import (
    SlicedWasserstein as SlicedWasserstein,
)
from .statistics import (
    StyleStatistic as StyleStatistic,
)
from .statistics import (
    style_gradient as style_gradient,
)
from .statistics import (
    style_statistic as style_statistic,
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
    Energy as Energy,
)
from .terms import (
    PowerNorm as PowerNorm,
)
from .terms import (
    RandomClass as RandomClass,
)
