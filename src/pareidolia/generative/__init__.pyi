from .model import (
    GenerativeModel as GenerativeModel,
)
from .model import (
    generative_model as generative_model,
)
from .runs import (
    Run as Run,
)
from .runs import (
    open_run as open_run,
)
from .settings import (
    ModelSettings as ModelSettings,
)
from .training import (
    train as train,
)
from .vae import (
    VAE as VAE,
)
