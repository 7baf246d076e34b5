"""How good a generative model is: likelihoods, distances to real pictures, classifiers on its samples.

`evaluating.py` lists the measures; each has a file of its own that can be used without a run:
`importance.py`, `annealing.py` and `bound.py` take anything with the density that `capabilities.py`
describes, `parzen.py` and `distances.py` plain tensors. Each figure is an `Estimate` with its standard error.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
