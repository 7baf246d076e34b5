"""Generative models: autoencoder, VAE, adversarial autoencoder, GAN, and those of plug-ins.

Each model is one file that reads like its paper. `model.py` says what a model is and registers one,
`capabilities.py` what models can do; `training.py` trains one, `runs.py` opens a trained one.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
