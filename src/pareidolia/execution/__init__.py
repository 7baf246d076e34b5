"""Run a request: progress, checkpoints, stopping, resuming, and a result that appears whole or not at all.

`execution.py` is what the command line, the tour, batches and `pareidolia.NAME` call; it chooses how by
what the operation's statement says: `at_once.py`, `in_steps.py`, `in_stages.py`, `in_a_folder.py`,
`in_frames.py` (videos). `batch.py` runs many requests one after the other.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
