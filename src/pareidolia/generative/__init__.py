"""Generative models: autoencoder, VAE, adversarial autoencoder, GAN.

Each model is one file that reads like its paper; `capabilities.py` says what models can do, `runs.py` opens a
trained one.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
