from .chunks import (
    Chunk as Chunk,
)
from .chunks import (
    collect_chunk as collect_chunk,
)
from .collection import (
    Collection as Collection,
)
from .collector import (
    Collector as Collector,
)
from .sampled_activations import (
    ActivationSamples as ActivationSamples,
)
from .sampled_activations import (
    read_samples as read_samples,
)
from .settings import (
    CollectingSettings as CollectingSettings,
)
from .settings import (
    EngineSettings as EngineSettings,
)
from .settings import (
    SampledActivations as SampledActivations,
)
from .settings import (
    TopActivations as TopActivations,
)
from .specs import (
    Accumulator as Accumulator,
)
from .specs import (
    CollectSpec as CollectSpec,
)
from .specs import (
    begin_accumulator as begin_accumulator,
)
from .top_activations import (
    Ranking as Ranking,
)
from .top_activations import (
    read_ranking as read_ranking,
)
