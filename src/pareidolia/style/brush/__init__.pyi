from .brush import (
    WEIGHTS as WEIGHTS,
)
from .brush import (
    Brush as Brush,
)
from .brush import (
    brushed as brushed,
)
from .brush import (
    load_brush as load_brush,
)
from .network import (
    BrushNetwork as BrushNetwork,
)
from .settings import (
    BrushSettings as BrushSettings,
)
