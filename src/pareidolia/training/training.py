"""A training in the folder that keeps it, whatever the model."""

from collections.abc import Iterator
from dataclasses import dataclass

from pareidolia.progress import Progress
from pareidolia.training.data import PictureSet
from pareidolia.training.folder import Preview, TrainingFolder
from pareidolia.training.run import TrainingRun


@dataclass(frozen=True)
class Training:
    """A model's training in its folder; iterating trains, saves and draws to the end.

    Attributes:
        run: what steps.
        folder: what keeps it.
        pictures: the training set.
        preview: draws a sheet of what the model makes.
    """

    run: TrainingRun
    folder: TrainingFolder
    pictures: PictureSet
    preview: Preview

    def begin(self, *, resume: bool) -> None:
        """Make the folder for a new run, or continue from its newest checkpoint."""
        if resume:
            self.folder.resume(self.run)
        else:
            self.folder.begin(self.run)

    def __iter__(self) -> Iterator[Progress]:
        return self.folder.steps(self.run, self.preview)
