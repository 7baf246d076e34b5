from .layout import (
    MapLayout as MapLayout,
)
from .layout import (
    layout_of as layout_of,
)
from .layout import (
    like_tokens as like_tokens,
)
from .places import (
    PlaceTracking as PlaceTracking,
)
