"""The operation `evolution`: units through the checkpoints of one network's training."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from pareidolia.collecting import EngineSettings
from pareidolia.inspection.patches.settings import EvolutionSettings, PatchesSettings
from pareidolia.inspection.patches.strongest import StrongestPatches
from pareidolia.operations import LOOK, Input, operation
from pareidolia.operations.inputs import FOLDER
from pareidolia.pictures import sheet
from pareidolia.pictures.result import Result
from pareidolia.progress import Progress, Work
from pareidolia.safety.weights_files import find_checkpoints


@operation(
    "evolution",
    group=LOOK,
    help="Show how units came about: at each checkpoint of a training, what they respond to.",
    settings=EvolutionSettings,
    inputs=(
        Input(
            "checkpoints",
            "Weights files of the network, in order, or a folder of them.",
            "weights",
            many=True,
        ),
        replace(FOLDER, keyword=True),
    ),
    proceeds="in stages",
    options={"engine": EngineSettings},
)
class FeatureEvolution(Work):
    """Some units at each checkpoint: their painted feature, their strongest patch, and the signal from it.

    Zeiler and Fergus (2014), figure 4. Iterate to the end, then take `picture` and `caption`. Each
    checkpoint's index is kept in `index`, so that further units cost little.

    Args:
        checkpoints: weights files of the network in order, or one folder of them (in the order of the numbers
            in their names).
        photos: a folder of pictures, subfolders included.
        settings: every option; `settings.weights` is not used.
        index: a folder for indices; each has a subfolder there, named after what it is.
        engine: where the network runs on the photos.

    Raises:
        BadNetwork: If a checkpoint is of another network.
        BadPicture: If the folder has no pictures.
        UnknownName: If there is no such layer.
        PareidoliaError: If there is no checkpoint, or no such unit.
    """

    def __init__(
        self,
        checkpoints: Sequence[str | Path],
        photos: str | Path,
        settings: EvolutionSettings | None = None,
        *,
        index: str | Path,
        engine: EngineSettings | None = None,
    ) -> None:
        self.settings = EvolutionSettings.of(settings)
        self.checkpoints = find_checkpoints(checkpoints)
        self._photos, self._engine, self._index = photos, engine, index
        # Made now, so that faults of layer, units or photos are found before hours of work.
        self._first = self._moment(self.checkpoints[0])
        #: By checkpoint, each unit's picture and a caption with its strongest activation.
        self.moments: list[list[tuple[Tensor, str]]] = []
        self._caption = ""

    def _moment(self, checkpoint: Path) -> StrongestPatches:
        shared = self.settings.model_dump(exclude={"weights"})
        settings = PatchesSettings(**shared, weights=str(checkpoint), top=1)
        return StrongestPatches(self._photos, settings, index=self._index, engine=self._engine)

    def __iter__(self) -> Iterator[Progress]:
        """Work through the checkpoints.

        Yields:
            How far each is.
        """
        for checkpoint in self.checkpoints[len(self.moments) :]:
            moment = self._moment(checkpoint) if self.moments else self._first
            for step in moment:
                yield replace(step, stage=f"{checkpoint.stem}, {step.stage}")
            captions = (moment.unit_caption(unit).partition(": ")[2] for unit in moment.units)
            self.moments.append([*zip(map(moment.block, moment.units), captions, strict=True)])
            self._caption = moment.caption

    @property
    def picture(self) -> Tensor:
        """The sheet: a row a unit, a column a checkpoint, 1×3×H×W in [0, 1]."""
        first, parts = self._first, "painted, " if self.settings.painted else ""
        return sheet(
            [panel for unit in zip(*self.moments, strict=True) for panel in unit],
            len(self.moments),
            title=f"{first.layer} of {first.network.name}: {parts}sent back, strongest patch",
            column_titles=[checkpoint.stem for checkpoint in self.checkpoints],
            row_titles=[str(unit) for unit in first.units],
        )

    @property
    def result(self) -> Result:
        """The sheet; after the last step."""
        return Result(self.picture, self.caption)

    @property
    def caption(self) -> str:
        """The number of checkpoints, and the last one's report on photos and units."""
        return f"{len(self.moments)} checkpoints, at the last {self._caption}"
