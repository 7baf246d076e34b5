"""Pictures to learn from: digits, MNIST, or a folder whose subfolders are labels, as bytes in memory.

`opening.py` knows data by name, `folders.py` finds files, labels and splits, `packing.py` decodes them once,
`given.py` takes tensors, arrays and data sets, `found.py` and `kept.py` find a run's pictures again, and
`order.py` says which pictures a step sees.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
