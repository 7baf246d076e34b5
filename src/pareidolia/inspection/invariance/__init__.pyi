from .figure import (
    invariance_figure as invariance_figure,
)
from .measuring import (
    TransformResponse as TransformResponse,
)
from .measuring import (
    feature_distance as feature_distance,
)
from .measuring import (
    measure_invariance as measure_invariance,
)
from .settings import (
    InvarianceSettings as InvarianceSettings,
)
