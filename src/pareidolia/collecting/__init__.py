"""A folder of pictures → batches → activations, kept in shards, on this machine or on a cluster.

What is collected is a pure function of a chunk of files (`chunks.py`): a chunk gives one shard, whatever
machine runs it. `keeping.py` states what a shard can keep: the strongest activations of every unit
(`strongest.py`) or the activations at sampled positions (`positions.py`). A `Collection` is a folder of
shards with a manifest; a `Collector` makes one step by step, and resumes. `engines.py` runs the chunks: in
`threads.py` on a CPU, in `cluster.py` as Ray tasks; `reading.py` decodes pictures.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
