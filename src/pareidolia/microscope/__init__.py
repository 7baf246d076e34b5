"""Microscope: a site with a page for every unit of a network, that any server of plain files shows.

`building` goes from a folder of photos to the site, stage by stage: every unit's answer to every photo
(`answers`), then unit by unit (`units`) what is painted of it (`painting`), its patches and what the
deconvnet sends back (`patches`), the classes it speaks for and what it is connected to (`connections`), and
its tuning (`layers`). `pages` lays this out in `sections` with the templates in `site/`; `format` is the
site's manifest; `asking` makes a quiz of it.
"""

import sys

import lazy_loader

from pareidolia.operations.rooms import OperationRoom

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
sys.modules[__name__].__class__ = OperationRoom  # `pareidolia.microscope(...)` makes a site
