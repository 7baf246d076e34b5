from .canvas import (
    DetailCanvas as DetailCanvas,
)
from .dream import (
    Dream as Dream,
)
from .objectives import (
    BestMatch as BestMatch,
)
from .objectives import (
    Energy as Energy,
)
from .objectives import (
    RandomClass as RandomClass,
)
from .settings import (
    DreamSettings as DreamSettings,
)
from .video import (
    DreamVideo as DreamVideo,
)
