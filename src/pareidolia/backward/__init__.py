"""Sending a signal back from a unit or a class to the pixels.

`gradient`, `deconvnet` and `guided` are rules as context managers over any network: what runs backward
inside follows them; `backward_rule` registers one more. A torch function mode sees every rectifier, however
it is written (`rectifiers` lists them, `modes` replaces their backward pass, `engine` runs autograd inside
the mode). What it cannot see is never passed over in silence: `audit` refuses it, `handwritten` names it.
`deconvolution` is the deconvolutional network built by hand, layer by layer: the rule's reference.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
