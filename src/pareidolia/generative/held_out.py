"""Losses on pictures that are held out, while a model trains."""

import copy
from collections.abc import Callable
from typing import Any

import torch

from pareidolia.training import Batch, StepContext, TrainingRun, seeded
from pareidolia.training.data import PictureSet
from pareidolia.training.process_group import SingleProcess

_MOST = 500


def held_out_losses(open_test: Callable[[], PictureSet], run: TrainingRun) -> dict[str, float]:
    """The losses of what the run gives (its moving average), on at most 500 test pictures.

    Chance is the same each time, so that two lines of the log can be compared.

    Args:
        open_test: gives the pictures.
        run: what trains.

    Returns:
        "held_out/PHASE/loss" and the phases' other numbers; nothing where no pictures are held out.
    """
    pictures = open_test()
    count = min(len(pictures), _MOST)
    if not count:
        return {}
    # A copy: some losses keep running means.
    model: Any = copy.deepcopy(run.result).eval()
    settings = run.settings.model_copy(update={"batch": count})
    batch = model.source(pictures, settings, run.device).batch(0, SingleProcess())
    batch = batch.to(run.device) if isinstance(batch, Batch) else batch
    found = {}
    for number, phase in enumerate(model.phases()):
        generator = seeded(torch.Generator(run.device), settings.seed, "held out", number)
        losses = phase.loss(batch, StepContext(run.index, run.total, run.epoch, count, generator))
        for name, value in {"loss": losses.total, **losses.metrics}.items():
            found[f"held_out/{phase.name}/{name}"] = float(value.detach())
    return found
