from .canvas import (
    DetailCanvas as DetailCanvas,
)
from .dream import (
    Dream as Dream,
)
from .objectives import (
    BestMatch as BestMatch,
)
from .settings import (
    DreamSettings as DreamSettings,
)
from .video import (
    DreamVideo as DreamVideo,
)
