"""Generative models: autoencoder, VAE, adversarial autoencoder, GAN, and those of plug-ins.

Each model is one file that reads like its paper. `model.py` says what a model is and registers one,
`capabilities.py` what models can do; `training.py` trains one, `runs.py` opens a trained one.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.generative.model import GenerativeModel, generative_model
    from pareidolia.generative.runs import Run, open_run
    from pareidolia.generative.settings import ModelSettings
    from pareidolia.generative.training import train
    from pareidolia.generative.vae import VAE

__all__ = ["VAE", "GenerativeModel", "ModelSettings", "Run", "generative_model", "open_run", "train"]
__getattr__ = lazy_exports(
    __name__,
    {
        "GenerativeModel": "model",
        "ModelSettings": "settings",
        "Run": "runs",
        "VAE": "vae",
        "generative_model": "model",
        "open_run": "runs",
        "train": "training",
    },
)
