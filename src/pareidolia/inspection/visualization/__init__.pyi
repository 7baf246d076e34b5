from .accentuation import (
    Accentuation as Accentuation,
)
from .caricature import (
    Caricature as Caricature,
)
from .class_models import (
    ClassModels as ClassModels,
)
from .features import (
    Features as Features,
)
from .inversion import (
    Inversion as Inversion,
)
from .matched import (
    MatchedFeatures as MatchedFeatures,
)
from .settings import (
    AccentuationSettings as AccentuationSettings,
)
from .settings import (
    CaricatureSettings as CaricatureSettings,
)
from .settings import (
    ClassModelSettings as ClassModelSettings,
)
from .settings import (
    FeatureSettings as FeatureSettings,
)
from .settings import (
    InversionSettings as InversionSettings,
)
from .settings import (
    MatchedFeatureSettings as MatchedFeatureSettings,
)
