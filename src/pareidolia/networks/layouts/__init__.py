"""Which of a layer's numbers belong to which place: tokens and channels-last outputs are maps as others are.

`places.py` follows the positions of the picture through a run, `rules.py` has what each function of torch
does to them, `layout.py` lays an output out as maps N×C×h×w. This is the one place where that is decided.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
