from .application import (
    application as application,
)
from .limits import (
    Limits as Limits,
)
from .store import (
    Store as Store,
)
