"""The one training loop: a model's phases, the data's order, checkpoints, exact resume, several devices.

A model defines `Phase`s, a `Source` returns batches, a `TrainingRun` steps, a `TrainingFolder` keeps it.
Which pictures and which noise a step sees depends on (seed, step) alone.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
