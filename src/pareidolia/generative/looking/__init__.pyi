from .arithmetic import (
    arithmetic_strip as arithmetic_strip,
)
from .cloud import (
    latent_cloud as latent_cloud,
)
from .directions import (
    logistic_direction as logistic_direction,
)
from .directions import (
    mean_direction as mean_direction,
)
from .directions import (
    walk_strip as walk_strip,
)
from .interpolating import (
    interpolation_strip as interpolation_strip,
)
from .interpolating import (
    linear as linear,
)
from .interpolating import (
    spherical as spherical,
)
from .inversion import (
    find_codes as find_codes,
)
from .latent_space import (
    LatentPoint as LatentPoint,
)
from .latent_space import (
    LatentSpace as LatentSpace,
)
from .manifold import (
    Plane as Plane,
)
from .manifold import (
    manifold_grid as manifold_grid,
)
from .sampling import (
    reconstruction_sheet as reconstruction_sheet,
)
from .sampling import (
    sample_sheet as sample_sheet,
)
from .settings import (
    DirectionsSettings as DirectionsSettings,
)
from .settings import (
    InterpolateSettings as InterpolateSettings,
)
from .settings import (
    LatentSettings as LatentSettings,
)
from .settings import (
    ManifoldSettings as ManifoldSettings,
)
from .settings import (
    ReconstructSettings as ReconstructSettings,
)
from .settings import (
    SampleSettings as SampleSettings,
)
from .settings import (
    WalkSettings as WalkSettings,
)
from .unsupervised import (
    directions_sheet as directions_sheet,
)
from .unsupervised import (
    principal_directions as principal_directions,
)
from .unsupervised import (
    weight_directions as weight_directions,
)
