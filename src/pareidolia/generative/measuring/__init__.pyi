from .annealing import (
    Annealing as Annealing,
)
from .bound import (
    lower_bound as lower_bound,
)
from .codes import (
    activity as activity,
)
from .codes import (
    reconstruction_error as reconstruction_error,
)
from .distances import (
    frechet as frechet,
)
from .distances import (
    kernel as kernel,
)
from .distances import (
    precision_and_recall as precision_and_recall,
)
from .estimates import (
    Estimate as Estimate,
)
from .estimates import (
    mean_of as mean_of,
)
from .evaluating import (
    evaluate as evaluate,
)
from .features import (
    FeatureNetwork as FeatureNetwork,
)
from .importance import (
    importance_sampled as importance_sampled,
)
from .measurement import (
    Measurement as Measurement,
)
from .parzen import (
    best_width as best_width,
)
from .parzen import (
    centroids as centroids,
)
from .parzen import (
    parzen_log_density as parzen_log_density,
)
from .settings import (
    EvaluateSettings as EvaluateSettings,
)
