"""What the recipes that train by the package's own loop share: options of settings, and a run in a folder."""

import argparse
from collections.abc import Iterator
from typing import Any, TypeVar

from pareidolia.progress import Progress
from pareidolia.training import TrainingFolder, TrainingRun
from pareidolia.training.settings import TrainingSettings

_LEFT_OUT = ("epochs", "device")
Chosen = TypeVar("Chosen", bound=TrainingSettings)


def add_settings(parser: argparse.ArgumentParser, settings: type[TrainingSettings]) -> None:
    """An option for each field, but for what a recipe decides itself."""
    for name, field in settings.model_fields.items():
        if name not in _LEFT_OUT:
            parser.add_argument(
                f"--{name.replace('_', '-')}", type=type(field.default), default=field.default
            )


def chosen_settings(options: argparse.Namespace, settings: type[Chosen]) -> Chosen:
    """The settings that were given."""
    named = {name: getattr(options, name) for name in settings.model_fields if name not in _LEFT_OUT}
    return settings(**named)


def begin_or_resume(folder: TrainingFolder, run: TrainingRun, begun: bool) -> None:
    """Begin the run in its folder, or bring it to where it was left."""
    if begun:
        folder.resume(run)
    else:
        folder.begin(run)


def told(steps: Iterator[Progress], every: int) -> None:
    """Step to the end, and print the loss at every so manieth step."""
    for step in steps:
        loss: Any = step.loss
        if step.index % every == 0:
            print(f"{step.index}/{step.total} {loss:.3f}", flush=True)
