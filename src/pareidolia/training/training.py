"""A training in the folder that keeps it, whatever the model."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from pareidolia.pictures.result import Result
from pareidolia.progress import Progress, Work
from pareidolia.settings.wording import counted
from pareidolia.training.data import PictureSet
from pareidolia.training.data.folders import Split
from pareidolia.training.data.kept import KEPT, keep_pictures
from pareidolia.training.folder import Measure, Preview, TrainingFolder
from pareidolia.training.run import TrainingRun

_MOST_LISTED = 5


@dataclass(frozen=True)
class Training(Work):
    """A model's training in its folder; iterating trains, saves and draws to the end.

    Attributes:
        run: what steps.
        folder: what keeps it.
        pictures: the training set.
        preview: draws a sheet of what the model makes.
        measure: gives losses on held-out pictures for the log.
        measure_every: steps between two times; 0 for never.
        kept: the splits of pictures that have no name, which the folder keeps so that they are found again.
    """

    run: TrainingRun
    folder: TrainingFolder
    pictures: PictureSet
    preview: Preview
    measure: Measure | None = None
    measure_every: int = 0
    kept: Mapping[Split, PictureSet] = field(default_factory=dict)

    def begin(self, *, overwrite: bool = False, resume: bool = False) -> None:
        """Make the folder for a new run, or continue from its newest checkpoint.

        Args:
            overwrite: whether a run that is there may be replaced.
            resume: whether a run that is there is continued.

        Raises:
            PareidoliaError: If the folder holds a run, and neither is given.
        """
        self.folder.check()
        begun = self.folder.begun
        if begun and not (resume or overwrite):
            self.folder.refuse_begun()
        self.run.process_group.barrier()
        if resume and begun:
            self.folder.resume(self.run)
        else:
            self.folder.begin(self.run, overwrite=begun)
        path = self.folder.path / KEPT
        if self.kept and self.run.process_group.rank == 0 and not path.exists():
            keep_pictures(path, self.kept)

    def __iter__(self) -> Iterator[Progress]:
        yield Progress(self.run.index, self.run.total, notes=tuple(self._notes()))
        yield from self.folder.steps(self.run, self.preview, self.measure, self.measure_every)

    @property
    def result(self) -> Result:
        """Where the run is; after the last step."""
        caption = f"trained {counted(self.run.index, 'step')}; sheets of it are in {self.folder.path}/samples"
        return Result(None, caption, [{"step": self.run.index, "of": self.run.total}])

    def agrees_to_stop(self, asked: bool) -> bool:
        """Whether any of the processes that train together was asked to stop."""
        return self.run.process_group.any(asked)

    def pause(self) -> None:
        """Save a checkpoint."""
        self.folder.save(self.run)

    def _notes(self) -> Iterator[str]:
        channels, height, width = self.pictures.shape
        colors = ("gray", "gray and alpha", "color", "color and alpha")[channels - 1]
        pictures = counted(len(self.pictures), f"{colors} picture")
        yield f"{pictures} of {width}x{height} px, {counted(self.run.total, 'step')}"
        skipped = self.pictures.skipped
        yield from (f"skipped: {line}" for line in skipped[:_MOST_LISTED])
        if len(skipped) > _MOST_LISTED:
            yield f"and {len(skipped) - _MOST_LISTED} more, listed in {self.folder.path}/settings.json"
        yield from self.pictures.notes
        if self.run.index:
            yield f"going on from step {self.run.index}"
