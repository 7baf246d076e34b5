"""A training in the folder that keeps it, whatever the model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pareidolia.progress import Progress
from pareidolia.training.data import PictureSet
from pareidolia.training.data.folders import Split
from pareidolia.training.data.kept import KEPT, keep_pictures
from pareidolia.training.folder import Preview, TrainingFolder
from pareidolia.training.run import TrainingRun


@dataclass(frozen=True)
class Training:
    """A model's training in its folder; iterating trains, saves and draws to the end.

    Attributes:
        run: what steps.
        folder: what keeps it.
        pictures: what it learns from.
        preview: draws a sheet of what the model makes.
        kept: the splits of pictures that have no name, which the folder keeps so that they are found again.
    """

    run: TrainingRun
    folder: TrainingFolder
    pictures: PictureSet
    preview: Preview
    kept: Mapping[Split, PictureSet] = field(default_factory=dict)

    def begin(self, *, resume: bool) -> None:
        """Make the folder for a new run, or go on from its newest checkpoint."""
        if resume:
            self.folder.resume(self.run)
        else:
            self.folder.begin(self.run)
        path = self.folder.path / KEPT
        if self.kept and self.run.process_group.rank == 0 and not path.exists():
            keep_pictures(path, self.kept)

    def __iter__(self) -> Iterator[Progress]:
        return self.folder.steps(self.run, self.preview)
