"""The one training loop: a model's phases, the data's order, checkpoints, exact resume, several devices.

A model gives `Phase`s, a `Source` gives batches, a `TrainingRun` steps, a `TrainingFolder` keeps it. Which
pictures and which noise a step sees depends on (seed, step) alone.
"""

from typing import TYPE_CHECKING

from pareidolia.lazy import lazy_exports

if TYPE_CHECKING:
    from pareidolia.training.folder import TrainingFolder
    from pareidolia.training.phases import Batch, Losses, Phase, Source, Trainable
    from pareidolia.training.process_group import ProcessGroup, SingleProcess
    from pareidolia.training.run import TrainingRun
    from pareidolia.training.step_context import StepContext, seeded
    from pareidolia.training.training import Training

__all__ = [
    "Batch",
    "Losses",
    "Phase",
    "ProcessGroup",
    "SingleProcess",
    "Source",
    "StepContext",
    "Trainable",
    "Training",
    "TrainingFolder",
    "TrainingRun",
    "seeded",
]
__getattr__ = lazy_exports(
    __name__,
    {
        "SingleProcess": "process_group",
        "Batch": "phases",
        "ProcessGroup": "process_group",
        "Losses": "phases",
        "StepContext": "step_context",
        "Phase": "phases",
        "Source": "phases",
        "Trainable": "phases",
        "Training": "training",
        "TrainingFolder": "folder",
        "TrainingRun": "run",
        "seeded": "step_context",
    },
)
