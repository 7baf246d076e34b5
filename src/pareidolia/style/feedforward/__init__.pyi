from .loss import (
    PerceptualLoss as PerceptualLoss,
)
from .network import (
    StylizerNetwork as StylizerNetwork,
)
from .settings import (
    PaintSettings as PaintSettings,
)
from .settings import (
    StylizerSettings as StylizerSettings,
)
from .stylizer import (
    Stylizer as Stylizer,
)
from .stylizer import (
    open_stylizer as open_stylizer,
)
from .stylizer import (
    stylized as stylized,
)
from .training import (
    StylizerTraining as StylizerTraining,
)
from .training import (
    prepare as prepare,
)
