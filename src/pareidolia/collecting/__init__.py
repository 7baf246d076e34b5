"""A folder of pictures → batches → activations, kept in shards, here or on a cluster.

What is collected is a pure function of a chunk of files (`chunks.py`): a chunk gives one shard, whatever
machine looks at it. `keeping.py` says what a shard can keep: the strongest activations of every unit
(`strongest.py`) or the activations at sampled positions (`positions.py`). A `Collection` is a folder of
shards with a manifest; a `Collector` makes one step by step, and resumes. `engines.py` runs the chunks: in
`threads.py` on a CPU, in `cluster.py` as Ray tasks; `reading.py` decodes pictures.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.collecting.chunks import Chunk, collect_chunk
    from pareidolia.collecting.collection import Collection
    from pareidolia.collecting.collector import Collector
    from pareidolia.collecting.sampled_activations import ActivationSamples, read_samples
    from pareidolia.collecting.settings import (
        CollectingSettings,
        EngineSettings,
        SampledActivations,
        TopActivations,
    )
    from pareidolia.collecting.specs import Accumulator, CollectSpec
    from pareidolia.collecting.top_activations import Ranking, read_ranking

__all__ = [
    "Accumulator",
    "ActivationSamples",
    "Chunk",
    "CollectSpec",
    "CollectingSettings",
    "Collection",
    "Collector",
    "EngineSettings",
    "Ranking",
    "SampledActivations",
    "TopActivations",
    "collect_chunk",
    "read_ranking",
    "read_samples",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "Chunk": "chunks",
        "CollectingSettings": "settings",
        "Collection": "collection",
        "Collector": "collector",
        "EngineSettings": "settings",
        "Accumulator": "specs",
        "CollectSpec": "specs",
        "SampledActivations": "settings",
        "Ranking": "top_activations",
        "ActivationSamples": "sampled_activations",
        "TopActivations": "settings",
        "collect_chunk": "chunks",
        "read_ranking": "top_activations",
        "read_samples": "sampled_activations",
    },
)
