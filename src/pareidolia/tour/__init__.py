"""The tour: the lecture with the user's own picture, as one page that needs no server and no network.

A section makes its pictures with the library's own operations; `page.py` lays the sections out.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.tour.telling import tell

__all__ = ["tell"]
__getattr__ = lazy_exports(__name__, {"tell": "telling"})
