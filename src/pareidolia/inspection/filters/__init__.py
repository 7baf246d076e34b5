"""Filters: the kernels of a layer as pictures, in the colours of the layer's input."""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.inspection.filters.kernels import Kernels, find_kernels
    from pareidolia.inspection.filters.settings import FiltersSettings
    from pareidolia.inspection.filters.showing import filters_sheet

__all__ = ["FiltersSettings", "Kernels", "filters_sheet", "find_kernels"]
__getattr__ = lazy_exports(
    __name__,
    {
        "FiltersSettings": "settings",
        "Kernels": "kernels",
        "filters_sheet": "showing",
        "find_kernels": "kernels",
    },
)
