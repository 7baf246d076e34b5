from .attribution import (
    class_attribution as class_attribution,
)
from .building import (
    AtlasBuilding as AtlasBuilding,
)
from .finding import (
    Landing as Landing,
)
from .finding import (
    find_photo as find_photo,
)
from .format import (
    Cells as Cells,
)
from .format import (
    Manifest as Manifest,
)
from .format import (
    read_cells as read_cells,
)
from .format import (
    read_manifest as read_manifest,
)
from .layout import (
    lay_out as lay_out,
)
from .settings import (
    AtlasSettings as AtlasSettings,
)
from .settings import (
    LayoutSettings as LayoutSettings,
)
from .viewing import (
    serving as serving,
)
