from .folder import (
    TrainingFolder as TrainingFolder,
)
from .phases import (
    Batch as Batch,
)
from .phases import (
    Losses as Losses,
)
from .phases import (
    Phase as Phase,
)
from .phases import (
    Source as Source,
)
from .phases import (
    Trainable as Trainable,
)
from .phases import (
    adam as adam,
)
from .process_group import (
    ProcessGroup as ProcessGroup,
)
from .process_group import (
    SingleProcess as SingleProcess,
)
from .run import (
    TrainingRun as TrainingRun,
)
from .step_context import (
    StepContext as StepContext,
)
from .step_context import (
    seeded as seeded,
)
from .training import (
    Training as Training,
)
