"""Receptive fields: which pixels each position of a layer sees, traced through a running network.

`receptive.py` holds the public `ReceptiveField` and the arithmetic of windows, `propagation.py` the mode that
carries fields through a run, `rules.py` with `windows.py` and `axes.py` what each function of torch does to
them.
"""

from pareidolia.networks.fields.propagation import Propagation, tensors_in
from pareidolia.networks.fields.receptive import ReceptiveField

__all__ = ["Propagation", "ReceptiveField", "tensors_in"]
