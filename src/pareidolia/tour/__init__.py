"""The tour: the lecture with the user's own picture, as one page that needs no server and no network.

A section makes its pictures with the library's own operations; `page.py` lays the sections out.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
