from .runs import (
    Run as Run,
)
from .runs import (
    open_run as open_run,
)
from .vae import (
    VAE as VAE,
)
