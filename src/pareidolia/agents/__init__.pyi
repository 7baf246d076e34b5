from .overview import (
    overview as overview,
)
from .tools import (
    Tool as Tool,
)
from .tools import (
    tools as tools,
)
