"""Activation atlas: a whole layer as a map one can walk through (Carter et al., Distill 2019).

`AtlasBuilding` goes from a folder of photos to an atlas, stage by stage: activations at random positions
(`pareidolia.collecting`), `whitening`, `layout` in two dimensions, `grid`s of cells, an icon painted for each
(`icons`), the classes it supports (`attribution`), and the pieces of photos behind it (`patches`).
`mapping` and `layers` take a layer through these, `stages` and `batches` keep what is done. `format`
defines an atlas on disk, `publishing` writes it; `viewer` is the page that shows it (its sources are in
the repository's `viewer/`), `viewing` serves it, `finding` shows where a photo lands.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
