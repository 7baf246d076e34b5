"""Sending a signal back from a unit or a class to the pixels.

`gradient`, `deconvnet` and `guided` are rules as context managers over any network: backward passes
inside follow them. A torch function mode sees every rectifier, however it is written (`rectifiers` lists
them, `rules` replaces their backward pass, `engine` runs autograd inside the mode). What it cannot see is
never skipped silently: `audit` refuses it, `handwritten` names it. `deconvolution` is the
deconvolutional network built by hand, layer by layer: the rule's reference.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.backward.audit import BackwardWarning
    from pareidolia.backward.deconvolution import (
        DeconvolutionalNetwork,
        convolution_matrix,
        max_pool_with_switches,
        transposed_convolution,
        unpool,
    )
    from pareidolia.backward.redirection import redirected
    from pareidolia.backward.rules import RuleName, backward_rule, deconvnet, gradient, guided

__all__ = [
    "BackwardWarning",
    "DeconvolutionalNetwork",
    "RuleName",
    "backward_rule",
    "convolution_matrix",
    "deconvnet",
    "gradient",
    "guided",
    "max_pool_with_switches",
    "redirected",
    "transposed_convolution",
    "unpool",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "BackwardWarning": "audit",
        "DeconvolutionalNetwork": "deconvolution",
        "RuleName": "rules",
        "backward_rule": "rules",
        "convolution_matrix": "deconvolution",
        "deconvnet": "rules",
        "gradient": "rules",
        "guided": "rules",
        "max_pool_with_switches": "deconvolution",
        "redirected": "redirection",
        "transposed_convolution": "deconvolution",
        "unpool": "deconvolution",
    },
)
