"""Concepts: directions in a layer's activations that say more than its units.

`finding` is the operation: collect activations, find a dictionary, write a file that any command takes as
`--concepts`. `factorization` finds one by non-negative matrices, `autoencoders` by sparse autoencoders;
`figures` measures how good it is. `importance` is the operation that measures how much concepts matter for a
class, `rest` what a network makes of activations that are given.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
