"""Every operation by name; requests, the command line and `pareidolia again` read it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from pareidolia.settings import Settings, UnknownName

if TYPE_CHECKING:
    from collections.abc import Callable
    from fractions import Fraction
    from pathlib import Path

    from torch import Tensor

    from pareidolia.painting import Painting
    from pareidolia.progress import Progress


class Made(Protocol):
    """What is made: a picture 1×3×H×W in [0, 1], and in words what it shows."""

    @property
    def picture(self) -> "Tensor": ...
    @property
    def caption(self) -> str: ...


class Staged(Made, Protocol):
    """What is made in stages, of different kinds of steps: iterated to the end, it has made its picture."""

    def __iter__(self) -> "Iterator[Progress]": ...


@runtime_checkable
class Counted(Made, Protocol):
    """What has numbers behind its picture: one mapping of names to values a row."""

    @property
    def rows(self) -> Sequence[Mapping[str, object]]: ...


class FrameByFrame(Protocol):
    """A video in the making: frames as files in a folder, which is its checkpoint too."""

    @property
    def frames(self) -> "list[Path]": ...
    @property
    def count(self) -> int: ...
    @property
    def fps(self) -> "Fraction": ...
    @property
    def size(self) -> tuple[int, int]: ...

    def check(self) -> None: ...
    def steps(self, stop: "Callable[[], bool]") -> Iterator[int]: ...


@dataclass(frozen=True)
class Operation:
    """One thing the library does, and where it is stated.

    Attributes:
        name: as the command line and a picture's record name it.
        function: "module:callable", called as callable(**inputs, settings=settings), gives a `Painting`, or
            where the operation is done `at_once`, what it `Made`, or where it is done `in_stages`, what is
            `Staged`; the last takes an `index` too, a folder for what may serve another time.
        video: "module:callable" of the same for a video, where there is one: called as callable(folder of
            frames, record, settings, inputs), gives a `FrameByFrame`.
        settings_class: "module:class" of its options.
        inputs: names of the pictures it takes, in order; some may be left out.
    """

    name: str
    function: str
    settings_class: str
    inputs: tuple[str, ...]
    at_once: bool = False
    in_stages: bool = False
    video: str | None = None

    @property
    def settings_type(self) -> type[Settings]:
        """The class of its options."""
        found: type[Settings] = _find(self.settings_class)
        return found

    def settings(self, values: Mapping[str, Any]) -> Settings:
        """Its settings object with these values, validated."""
        return self.settings_type.model_validate(dict(values))

    def begin(self, inputs: Mapping[str, Any], settings: Settings) -> "Painting":
        """The operation on these inputs, ready to step."""
        painting: Painting = _find(self.function)(**inputs, settings=settings)
        return painting

    def make(self, inputs: Mapping[str, Any], settings: Settings) -> "Made":
        """What an operation that is done at once makes of these inputs."""
        made: Made = _find(self.function)(**inputs, settings=settings)
        return made

    def stages(self, inputs: Mapping[str, Any], settings: Settings, **where: Any) -> "Staged":
        """The operation of several stages on these inputs; `where` names its index, and maybe its engine."""
        staged: Staged = _find(self.function)(**inputs, settings=settings, **where)
        return staged

    def begin_video(
        self, folder: "Path", record: Mapping[str, Any], settings: Settings, inputs: Mapping[str, Any]
    ) -> FrameByFrame:
        """The video of an operation that has one, ready to step."""
        assert self.video is not None
        video: FrameByFrame = _find(self.video)(folder, record, settings, inputs)
        return video


OPERATIONS = {
    operation.name: operation
    for operation in (
        Operation(
            "style",
            "pareidolia.style:StyleTransfer",
            "pareidolia.style.settings:StyleSettings",
            ("content", "styles", "mask"),
        ),
        Operation(
            "stylize",
            "pareidolia.style.feedforward:stylized",
            "pareidolia.style.feedforward.settings:PaintSettings",
            ("run", "content"),
            at_once=True,
            video="pareidolia.style.video:stylizer_video",
        ),
        Operation(
            "brush",
            "pareidolia.style.brush:brushed",
            "pareidolia.style.brush.settings:BrushSettings",
            ("content", "styles", "mask"),
            at_once=True,
            video="pareidolia.style.video:brush_video",
        ),
        Operation(
            "dream",
            "pareidolia.dreaming:Dream",
            "pareidolia.dreaming.settings:DreamSettings",
            ("photo", "guide", "mask", "strength"),
            video="pareidolia.dreaming:DreamVideo",
        ),
        Operation(
            "features",
            "pareidolia.inspection.visualization:Features",
            "pareidolia.inspection.visualization.settings:FeatureSettings",
            (),
        ),
        Operation(
            "class-model",
            "pareidolia.inspection.visualization:ClassModels",
            "pareidolia.inspection.visualization.settings:ClassModelSettings",
            (),
        ),
        Operation(
            "invert",
            "pareidolia.inspection.visualization:Inversion",
            "pareidolia.inspection.visualization.settings:InversionSettings",
            ("photo",),
        ),
        Operation(
            "caricature",
            "pareidolia.inspection.visualization:Caricature",
            "pareidolia.inspection.visualization.settings:CaricatureSettings",
            ("photo",),
        ),
        Operation(
            "saliency",
            "pareidolia.inspection:saliency_picture",
            "pareidolia.inspection.attribution.settings:SaliencySettings",
            ("photo",),
            at_once=True,
        ),
        Operation(
            "deconvnet",
            "pareidolia.inspection:deconvnet_sheet",
            "pareidolia.inspection.attribution.settings:DeconvnetSettings",
            ("photo",),
            at_once=True,
        ),
        Operation(
            "patches",
            "pareidolia.inspection.patches:StrongestPatches",
            "pareidolia.inspection.patches.settings:PatchesSettings",
            ("photos",),
            in_stages=True,
        ),
        Operation(
            "evolution",
            "pareidolia.inspection.patches:FeatureEvolution",
            "pareidolia.inspection.patches.settings:EvolutionSettings",
            ("checkpoints", "photos"),
            in_stages=True,
        ),
        Operation(
            "sample",
            "pareidolia.generative.looking:sample_sheet",
            "pareidolia.generative.looking.settings:SampleSettings",
            ("run",),
            at_once=True,
        ),
        Operation(
            "reconstruct",
            "pareidolia.generative.looking:reconstruction_sheet",
            "pareidolia.generative.looking.settings:ReconstructSettings",
            ("run", "pictures"),
            at_once=True,
        ),
        Operation(
            "interpolate",
            "pareidolia.generative.looking:interpolation_strip",
            "pareidolia.generative.looking.settings:InterpolateSettings",
            ("run", "a", "b"),
            at_once=True,
        ),
        Operation(
            "manifold",
            "pareidolia.generative.looking:manifold_grid",
            "pareidolia.generative.looking.settings:ManifoldSettings",
            ("run",),
            at_once=True,
        ),
        Operation(
            "latent",
            "pareidolia.generative.looking:latent_cloud",
            "pareidolia.generative.looking.settings:LatentSettings",
            ("run",),
            at_once=True,
        ),
        Operation(
            "arithmetic",
            "pareidolia.generative.looking:arithmetic_strip",
            "pareidolia.generative.looking.settings:ArithmeticSettings",
            ("run", "points"),
            at_once=True,
        ),
        Operation(
            "walk",
            "pareidolia.generative.looking:walk_strip",
            "pareidolia.generative.looking.settings:WalkSettings",
            ("run", "start"),
            at_once=True,
        ),
        Operation(
            "filters",
            "pareidolia.inspection.filters:filters_sheet",
            "pareidolia.inspection.filters.settings:FiltersSettings",
            (),
            at_once=True,
        ),
        Operation(
            "tuning",
            "pareidolia.inspection.tuning:tuning_page",
            "pareidolia.inspection.tuning.settings:TuningSettings",
            (),
            at_once=True,
        ),
        Operation(
            "invariance",
            "pareidolia.inspection.invariance:invariance_figure",
            "pareidolia.inspection.invariance.settings:InvarianceSettings",
            ("photos",),
            at_once=True,
        ),
    )
}


def find_operation(name: str) -> Operation:
    """The operation of that name; UnknownName if there is none."""
    if name not in OPERATIONS:
        raise UnknownName("operation", name, OPERATIONS)
    return OPERATIONS[name]


def _find(place: str) -> Any:
    module, name = place.split(":")
    return getattr(import_module(module), name)
