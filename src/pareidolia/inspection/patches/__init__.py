"""Strongest patches: the parts of a folder's photos for which each unit was most active.

`strongest` is the operation, step by step: index the folder (`pareidolia.collecting`), send the strongest
activations back to the pixels, paint the units, lay all of it out. `crops` cuts out what a position sees,
`blocks` draws one unit. `evolution` shows units through the checkpoints of a training.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
