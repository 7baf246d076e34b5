from .batch import (
    Job as Job,
)
from .batch import (
    jobs_for as jobs_for,
)
from .execution import (
    Execution as Execution,
)
from .target import (
    Target as Target,
)
