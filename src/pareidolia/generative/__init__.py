"""Generative models: autoencoder, VAE, adversarial autoencoder, GAN.

Each model is one file that reads like its paper; `capabilities.py` defines what models can do, `runs.py`
opens a trained one.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.generative.runs import Run, open_run
    from pareidolia.generative.vae import VAE

__all__ = ["VAE", "Run", "open_run"]
__getattr__ = lazy_exports(__name__, {"Run": "runs", "VAE": "vae", "open_run": "runs"})
