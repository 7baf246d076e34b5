"""Activation atlas: a whole layer as a map one can walk through (Carter et al., Distill 2019).

`AtlasBuilding` goes from a folder of photos to an atlas, stage by stage: activations at random positions
(`pareidolia.collecting`), `whitening`, `layout` in two dimensions, `grid`s of cells, an icon painted for each
(`icons`), the classes it supports (`attribution`), and the pieces of photos behind it (`patches`).
`mapping` and `layers` take a layer through these, `stages` and `batches` keep what is done. `format`
defines an atlas on disk, `publishing` writes it; `viewer` is the page that shows it (its sources are in
the repository's `viewer/`), `viewing` serves it, `finding` shows where a photo lands.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.atlas.attribution import class_attribution
    from pareidolia.atlas.building import AtlasBuilding
    from pareidolia.atlas.finding import Landing, find_photo
    from pareidolia.atlas.format import Cells, Manifest, read_cells, read_manifest
    from pareidolia.atlas.layout import lay_out
    from pareidolia.atlas.settings import AtlasSettings, LayoutSettings
    from pareidolia.atlas.viewing import serving

__all__ = [
    "AtlasBuilding",
    "AtlasSettings",
    "Cells",
    "Landing",
    "LayoutSettings",
    "Manifest",
    "class_attribution",
    "find_photo",
    "lay_out",
    "read_cells",
    "read_manifest",
    "serving",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "AtlasBuilding": "building",
        "AtlasSettings": "settings",
        "Cells": "format",
        "Landing": "finding",
        "LayoutSettings": "settings",
        "Manifest": "format",
        "class_attribution": "attribution",
        "find_photo": "finding",
        "lay_out": "layout",
        "read_cells": "format",
        "read_manifest": "format",
        "serving": "viewing",
    },
)
