from .experiment import (
    measure_tuning as measure_tuning,
)
from .findings import (
    LayerTuning as LayerTuning,
)
from .findings import (
    Portrait as Portrait,
)
from .findings import (
    Tuning as Tuning,
)
from .page import (
    tuning_page as tuning_page,
)
from .settings import (
    TuningSettings as TuningSettings,
)
from .stimuli import (
    StimulusCanvas as StimulusCanvas,
)
from .stimuli import (
    as_pictures as as_pictures,
)
from .stimuli import (
    bars as bars,
)
from .stimuli import (
    gratings as gratings,
)
