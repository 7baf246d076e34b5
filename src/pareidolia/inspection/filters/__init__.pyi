from .kernels import (
    Kernels as Kernels,
)
from .kernels import (
    find_kernels as find_kernels,
)
from .settings import (
    FiltersSettings as FiltersSettings,
)
from .showing import (
    filters_sheet as filters_sheet,
)
