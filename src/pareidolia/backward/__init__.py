"""Sending a signal back from a unit or a class to the pixels.

`gradient`, `deconvnet` and `guided` are rules as context managers over any network: what runs backward
inside follows them. A torch function mode sees every rectifier, however it is written (`rectifiers` lists
them, `rules` replaces their backward pass, `engine` runs autograd inside the mode). What it cannot see is
never passed over in silence: `audit` refuses it, `handwritten` names it. `deconvolution` is the
deconvolutional network built by hand, layer by layer: the rule's reference.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pareidolia.backward.audit import BackwardWarning as BackwardWarning
    from pareidolia.backward.deconvolution import DeconvolutionalNetwork as DeconvolutionalNetwork
    from pareidolia.backward.deconvolution import convolution_matrix as convolution_matrix
    from pareidolia.backward.deconvolution import max_pool_with_switches as max_pool_with_switches
    from pareidolia.backward.deconvolution import transposed_convolution as transposed_convolution
    from pareidolia.backward.deconvolution import unpool as unpool
    from pareidolia.backward.rules import RuleName as RuleName
    from pareidolia.backward.rules import backward_rule as backward_rule
    from pareidolia.backward.rules import deconvnet as deconvnet
    from pareidolia.backward.rules import gradient as gradient
    from pareidolia.backward.rules import guided as guided

_HOMES = {
    "BackwardWarning": "audit",
    "DeconvolutionalNetwork": "deconvolution",
    "RuleName": "rules",
    "backward_rule": "rules",
    "convolution_matrix": "deconvolution",
    "deconvnet": "rules",
    "gradient": "rules",
    "guided": "rules",
    "max_pool_with_switches": "deconvolution",
    "transposed_convolution": "deconvolution",
    "unpool": "deconvolution",
}
__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _HOMES:
        raise AttributeError(f"module 'pareidolia.backward' has no attribute '{name}'")
    return getattr(import_module(f"pareidolia.backward.{_HOMES[name]}"), name)
