"""Looks into a trained model's latent space, each an operation that makes a picture.

`sampling.py` samples and reconstructs, `interpolating.py` walks between two codes, `manifold.py` lays a plane
out, `cloud.py` shows where pictures lie, `arithmetic.py` adds codes, `directions.py` walks along a label's
direction, `unsupervised.py` along those that no label names. `latent_space.py` finds the code for a name: a
picture, a test picture, a label, or a random one; `inversion.py` seeks a picture's where there is no encoder.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
