"""Deep Dream: strengthen in a picture what a network sees in it, coarse to fine.

`Dream` is the painting, `objectives.py` what can be dreamt of, `aims.py` reads their names, `canvas.py` is
the canvas whose detail is carried between octaves.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
