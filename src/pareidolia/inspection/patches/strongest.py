"""The operation `patches`: for each unit of a layer, the parts of photos that activated it most."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from pareidolia.collecting import Collection, Collector, EngineSettings, Ranking, TopActivations, read_ranking
from pareidolia.inspection.attribution.cam import cam_layer
from pareidolia.inspection.attribution.overlays import colored
from pareidolia.inspection.patches.blocks import block
from pareidolia.inspection.patches.class_ranking import TopForClass, most_used
from pareidolia.inspection.patches.crops import crop
from pareidolia.inspection.patches.settings import PatchesSettings, UnitsSettings
from pareidolia.inspection.projection import project_each
from pareidolia.inspection.visualization import Features, FeatureSettings
from pareidolia.networks import NetworkLike, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import FOLDER
from pareidolia.painting import Objective
from pareidolia.painting.terms import WithinClass
from pareidolia.pictures import find_pictures, from_uint8, open_uint8, sheet
from pareidolia.pictures.result import Result
from pareidolia.progress import Progress, Work
from pareidolia.settings import NetworkSettings, PareidoliaError, Unit
from pareidolia.settings.default_networks import refuse_judge
from pareidolia.settings.numbers import read_numbers
from pareidolia.settings.wording import counted

# Units, where none are named.
_SHOWN = 16
# Photos in one backward pass: a batch costs memory for all activations.
_AT_ONCE = 8


@dataclass(frozen=True)
class Patch:
    """An entry of a unit's ranking.

    Attributes:
        unit: where it is.
        name: of the photo.
        activation: how strong; where patches are ranked for a class, activation × gradient of its score.
        patch: what the unit sees there, 1×3×h×w in [0, 1].
        signal: what the deconvnet sends back from there, zero as mid-grey, cut like `patch`.
    """

    unit: Unit
    name: str
    activation: float
    patch: Tensor
    signal: Tensor


@operation(
    "patches",
    group=LOOK,
    help="Show which patches of a folder of photos made units fire most, and what the units saw in them.",
    settings=PatchesSettings,
    inputs=(FOLDER,),
    proceeds="in stages",
    options={"engine": EngineSettings},
    network=True,
)
class StrongestPatches(Work):
    """For each of some units: strongest patches of a folder, their reconstructions, its painted feature.

    Zeiler and Fergus (2014), figure 2. Iterate to the end, then take `picture`, `caption` and `patches`. The
    index of the folder (all units of the layer) is kept in `index`; stopped and begun again, it goes on.
    Where `settings.target` names a class, patches are ranked by activation × gradient of its score, and units
    are painted as they look in it.

    Args:
        photos: a folder of pictures, subfolders included.
        settings: every option.
        network: what looks, as `as_network` takes it; None takes what the settings name.
        index: a folder for indices; each has a subfolder there, named after what it is.
        engine: where the photos are looked at.
        collection: a finished collection of `TopActivations` that has the layer, instead of one's own index.

    Raises:
        BadPicture: If the folder has no pictures.
        UnknownName: If there is no such layer or class.
        PareidoliaError: If there are no such units, the layer is neither maps C×H×W nor C values, or features
            are painted and the network is the one that judges pictures.
    """

    def __init__(
        self,
        photos: str | Path,
        settings: PatchesSettings | None = None,
        network: NetworkLike = None,
        *,
        index: str | Path,
        engine: EngineSettings | None = None,
        collection: Collection | None = None,
    ) -> None:
        self.settings = settings = PatchesSettings.of(settings)
        self.network = network_for(settings, network)
        if settings.painted:
            refuse_judge(self.network.name)  # before the photos are looked at
        self.layer = settings.layer or cam_layer(self.network)
        count = self.network.unit_shape(self.layer)[0]
        #: The channels that are shown; where a class chooses them, known once the photos are looked at.
        self.units = (
            list(range(min(_SHOWN, count)))
            if settings.units is None
            else list(read_numbers(settings.units, count, self.layer))
        )
        #: Number of the class for which patches are ranked; None where they are ranked by activation.
        self.index = None if settings.target is None else self.network.class_index(settings.target)
        self._collector = None
        if collection is None:
            self._collector = Collector(
                index,
                find_pictures(photos),
                (self.layer,),
                self._kept(),
                settings,
                self.network,
                engine=engine,
                cache_by_digest=True,
            )
            collection = self._collector.collection
        self.collection = collection
        #: By unit, its patches, strongest first; none for a unit that was never active.
        self.patches: dict[int, list[Patch]] = {}
        #: By unit, its painted feature 1×3×S×S.
        self.painted: dict[int, Tensor] = {}

    def _kept(self) -> TopActivations:
        top = self.settings.top
        return TopActivations(top=top) if self.index is None else TopForClass(top=top, index=self.index)

    def __iter__(self) -> Iterator[Progress]:
        """Index, send back, paint.

        Yields:
            How far it is.
        """
        for progress in self._collector or ():
            yield replace(progress, stage="looking at photos")
        skipped = self.collection.skipped()
        if len(skipped) == len(self.collection.files):
            folder = self.collection.files.folder
            raise PareidoliaError(f"not one picture of {folder} could be used: {_listed(skipped, 1)}")
        ranking = read_ranking(self.collection, self.layer)
        if self.settings.units is None and self.index is not None:
            self.units = most_used(ranking, _SHOWN)
        yield from self._send_back(ranking)
        if self.settings.painted:
            yield from self._paint([unit for unit in self.units if self.patches[unit]])

    @property
    def picture(self) -> Tensor:
        """The sheet, 1×3×H×W in [0, 1]."""
        columns = self.settings.columns or max(1, min(4, round((len(self.units) / 3) ** 0.5)))
        parts = ["painted"] if self.painted else []
        parts += ["sent back", f"strongest patches{self._for_class}"]
        title = f"{self.layer} of {self.network.name}: {', '.join(parts)}"
        panels = [(self.block(unit), self.unit_caption(unit)) for unit in self.units]
        return sheet(panels, columns, title=title)

    @property
    def result(self) -> Result:
        """The sheet; after the last step."""
        return Result(self.picture, self.caption)

    @property
    def caption(self) -> str:
        """The number of photos, the photos that could not be used, and the units that were never active."""
        skipped = self.collection.skipped()
        silent = [str(unit) for unit in self.units if not self.patches[unit]]
        seen = len(self.collection.files) - len(skipped)
        lines = [
            f"{counted(len(self.units), 'unit')} of {self.layer}{self._for_class} over "
            f"{counted(seen, 'photo')}",
            f"skipped {len(skipped)}: {_listed(skipped)}" if skipped else "",
            f"{self._nothing}: {', '.join(silent)}" if silent else "",
        ]
        return "; ".join(line for line in lines if line)

    def block(self, unit: int) -> Tensor:
        """One unit as a picture, see `blocks.block`."""
        patches = self.patches[unit]
        return block(
            self._painted_or_blank(unit),
            [patch.signal for patch in patches],
            [patch.patch for patch in patches],
            tile=self.settings.tile,
            top=self.settings.top,
        )

    def unit_caption(self, unit: int) -> str:
        """The unit with the strongest and weakest activation shown."""
        patches = self.patches[unit]
        if not patches:
            return f"{unit}: {self._nothing}"
        first, last = (_in_words(patch.activation) for patch in (patches[0], patches[-1]))
        return f"{unit}: {first}" if len(patches) == 1 else f"{unit}: {first} to {last}"

    @property
    def _for_class(self) -> str:
        return "" if self.settings.target is None else f" for {self.settings.target}"

    @property
    def _nothing(self) -> str:
        return "never active" if self.index is None else f"adds nothing{self._for_class}"

    def _painted_or_blank(self, unit: int) -> Tensor | None:
        if not self.settings.painted:
            return None
        return self.painted.get(unit, torch.full((1, 3, 1, 1), 0.5))

    def _send_back(self, ranking: Ranking) -> Iterator[Progress]:
        """Fill `patches`: photos in the order of the folder, so that none is opened twice in a row."""
        places = [
            (int(ranking.pictures[unit, place]), unit, place)
            for unit in self.units
            for place in range(min(self.settings.top, ranking.values.shape[1]))
            if ranking.pictures[unit, place] >= 0 and self._counts(float(ranking.values[unit, place]))
        ]
        places.sort()
        found: dict[tuple[int, int], Patch] = {}
        for start in range(0, len(places), _AT_ONCE):
            part = places[start : start + _AT_ONCE]
            found |= self._sent_back(ranking, part)
            yield Progress(start + len(part), len(places), "sending back")
        for unit in self.units:
            self.patches[unit] = [found[key] for key in sorted(found) if key[0] == unit]

    def _counts(self, value: float) -> bool:
        """Whether a ranked value is one: a picture that leaves a rectified unit at 0 did not activate it."""
        return value != 0 if self.index is None else value > 0  # below 0 it speaks against the class

    def _sent_back(
        self, ranking: Ranking, places: Sequence[tuple[int, int, int]]
    ) -> dict[tuple[int, int], Patch]:
        files, size = self.collection.files, self.collection.height_width
        levels = {number: open_uint8(files.path(number), size) for number, _, _ in places}
        pictures = from_uint8([levels[number] for number, _, _ in places]).contiguous()
        units = [Unit(self.layer, unit, ranking.position(unit, place)) for _, unit, place in places]
        signals = project_each(self.network, pictures, self.layer, units).cpu().expand(-1, 3, -1, -1)
        field = self.network.layer(self.layer).receptive_field
        found = {}
        for index, (number, channel, place) in enumerate(places):
            position = ranking.position(channel, place)
            found[channel, place] = Patch(
                units[index],
                files.names[number],
                float(ranking.values[channel, place]),
                crop(pictures[index : index + 1], field, position),
                crop(colored(signals[index : index + 1]), field, position),
            )
        return found

    def _paint(self, units: list[int]) -> Iterator[Progress]:
        if not units:
            return
        aims: dict[str, Objective] | None = None
        if self.index is not None:
            name = str(self.settings.target)
            aims = {str(each): WithinClass(Unit(self.layer, each), self.index, name) for each in units}
        features = Features(feature_settings(self.settings, self.layer, units), self.network, aims)
        for step in features:
            yield replace(step, stage="painting")
        pictures = features.pictures.detach().cpu()
        self.painted = {unit: pictures[index : index + 1] for index, unit in enumerate(units)}


def feature_settings(settings: UnitsSettings, layer: str, units: Sequence[int]) -> FeatureSettings:
    """Settings of `Features` to paint these units of the settings' network."""
    network = {name: getattr(settings, name) for name in NetworkSettings.model_fields}
    return FeatureSettings(
        **network,
        layer=layer,
        units=tuple(str(unit) for unit in units),
        steps=settings.steps,
        size=settings.canvas,
        seed=settings.seed,
    )


def _in_words(activation: float) -> str:
    return f"{activation:.0f}" if abs(activation) >= 100 else f"{activation:.3g}"


def _listed(skipped: Mapping[str, str], at_most: int = 5) -> str:
    shown = [f"{name} ({reason})" for name, reason in list(skipped.items())[:at_most]]
    more = len(skipped) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")
