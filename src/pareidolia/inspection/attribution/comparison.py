"""The operation `faithfulness`: attribution methods compared over pictures, with confidence intervals."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.inspection.attribution.attributing import attribute
from pareidolia.inspection.attribution.comparison_figure import draw_comparison
from pareidolia.inspection.attribution.faithfulness import ScoreCurve, deletion, insertion, randomization
from pareidolia.inspection.attribution.quality.removing import irof, road, superpixels
from pareidolia.inspection.attribution.registry import METHODS, left_out_in_words, stands_for_all
from pareidolia.inspection.attribution.settings import FaithfulnessSettings
from pareidolia.inspection.attribution.summaries import CHANCE, Faithfulness, bootstrap
from pareidolia.inspection.framing import frame_photo
from pareidolia.inspection.named_targets import find_target
from pareidolia.inspection.resolving import as_photos
from pareidolia.inspection.targets import ClassTarget, Target
from pareidolia.networks import Network, NetworkLike, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTOS
from pareidolia.pictures import PicturesLike
from pareidolia.pictures.result import Result
from pareidolia.progress import Progress, Work
from pareidolia.randomness import seeded_generator
from pareidolia.settings import Unsuited

#: A confidence no further from chance, as a share of the way from there to certainty, is no knowledge.
_HARDLY = 0.05


@dataclass(frozen=True)
class _Measured:
    """What was measured of one method on one photo."""

    deletion: ScoreCurve
    insertion: ScoreCurve
    road: float
    irof: float | None
    last_layer: float
    upper_half: float


@operation(
    "faithfulness",
    group=LOOK,
    help="Measure how far attribution methods tell the truth: deletion, insertion, randomized parameters.",
    settings=FaithfulnessSettings,
    inputs=(PHOTOS,),
    proceeds="in stages",
    out="optional picture",
    network=True,
)
class Comparison(Work):
    """Attribution methods measured on photos, one after the other, `chance` first.

    Deletion and insertion after Petsiuk et al. (2018), ROAD after Rong et al. (2022), IROF after Rieger and
    Hansen (2020), randomized parameters after Adebayo et al. (2018); intervals by the bootstrap over photos.
    Iterate to the end; then take `table`, `figure` or `result`.

    Args:
        photos: one picture or several of any sizes, as `as_photos` takes them.
        settings: every option.
        network: what `as_network` takes; None takes the one that the settings name.

    Raises:
        BadPicture: If a photo cannot be opened, or the network cannot look at it.
        PareidoliaError: If the target names nothing.
    """

    def __init__(
        self,
        photos: PicturesLike,
        settings: FaithfulnessSettings | None = None,
        network: NetworkLike = None,
    ) -> None:
        self.settings = FaithfulnessSettings.of(settings)
        self.network = network_for(self.settings, network)
        self._photos = [frame_photo(self.network, photo, self.settings.size) for photo in as_photos(photos)]
        #: What was measured of each method so far.
        self.results: list[Faithfulness] = []
        #: Of all methods those that do not suit the network.
        self.left_out: list[str] = []
        self._of_classes = False
        self._superpixels: dict[int, Tensor] = {}

    def __iter__(self) -> Iterator[Progress]:
        """Measure; every method is a stage, every photo a step."""
        self.results, self.left_out = [], []
        targets = [
            find_target(self.settings.target, self.network, photo.picture, photo.logits)
            for photo in self._photos
        ]
        self._of_classes = all(isinstance(target, ClassTarget) for target in targets)
        for name in [CHANCE, *self.settings.asked_methods]:
            measured = []
            try:
                for number, (photo, target) in enumerate(zip(self._photos, targets, strict=True)):
                    measured.append(self._measure(name, number, photo.picture, target))
                    yield Progress(number + 1, len(self._photos), f"measuring {name}")
            except Unsuited:
                if not stands_for_all(self.settings.methods, name):
                    raise
                self.left_out.append(name)
                continue
            self.results.append(_summary(name, measured, self.settings.seed))

    def table(self) -> list[dict[str, object]]:
        """One row a method: the mean of each measure, and its interval as `…_low` and `…_high`, if any."""
        return [result.row() for result in self.results]

    def figure(self) -> Tensor:
        """The mean curves, and the likeness after randomisation, as a picture.

        Returns:
            1×3×H×W in [0, 1].

        Raises:
            MissingExtra: If matplotlib is not installed.
        """
        return draw_comparison(self.results)

    @property
    def result(self) -> Result:
        """The figure, and for each method its measures in words and in numbers."""
        return Result(self.figure(), self.caption, [result.report() for result in self.results])

    @property
    def caption(self) -> str:
        """How the table is read, and what is known against the methods."""
        reading = (
            "Areas under the curves, mean confidence as pixels are imputed (road), and likeness (Spearman's "
            "ρ) to the map of a randomized network; means with 95 % intervals over photos."
        )
        cautions = [f"{each.method} {each.caution}." for each in self.results if each.caution]
        told = "\n".join(filter(None, [reading, self._doubt, *cautions]))
        return told + left_out_in_words(self.left_out, self.network.name)

    @property
    def _doubt(self) -> str:
        """What is to be said where the network knows nothing of what is explained, as before training."""
        logits = self._photos[0].logits
        if logits is None or not self._of_classes or logits.shape[1] < 2:
            return ""
        classes = logits.shape[1]
        confidence = float(self.results[0].deletion_curve.values[0])
        if confidence - 1 / classes > _HARDLY * (1 - 1 / classes):
            return ""
        return (
            f"The network's confidence in what is explained is {confidence:.2g} on the whole photos, hardly "
            f"more than chance among {classes} classes: of an untrained network these figures mean nothing."
        )

    def _measure(self, name: str, number: int, picture: Tensor, target: Target) -> _Measured:
        method = _attribution(name, self.network, picture, target, self.settings, number)
        found = method(self.network)
        steps = self.settings.curve_steps
        return _Measured(
            deletion(self.network, picture, target, found, steps=steps),
            insertion(self.network, picture, target, found, steps=steps),
            float(road(self.network, picture, target, found, seed=self.settings.seed).values.mean()),
            self._irof(number, picture, target, found),
            *((0.0, 0.0) if name == CHANCE else randomization(self.network, method, seed=self.settings.seed)),
        )

    def _irof(self, number: int, picture: Tensor, target: Target, found: Tensor) -> float | None:
        if not self.settings.superpixels:
            return None
        if number not in self._superpixels:
            self._superpixels[number] = superpixels(picture, self.settings.superpixels)
        return irof(self.network, picture, target, found, segments=self._superpixels[number]).share


def compare_methods(
    photos: PicturesLike,
    settings: FaithfulnessSettings | None = None,
    network: NetworkLike = None,
) -> Comparison:
    """Measure attribution methods on the photos: `Comparison`, run to the end."""
    comparison = Comparison(photos, settings, network)
    for _ in comparison:
        pass
    return comparison


def _attribution(
    name: str, original: Network, picture: Tensor, target: Target, settings: FaithfulnessSettings, number: int
) -> Callable[[Network], Tensor]:
    """The method as a function of the network, original or randomised.

    A randomised network's classes mean nothing, and behind a last ReLU most of their scores are zero: for it
    its own top class is explained.
    """
    if name == CHANCE:
        generator = seeded_generator(settings.seed + number)
        noise = torch.rand(1, 1, *picture.shape[-2:], generator=generator).to(picture.device)
        return lambda network: noise

    def found(network: Network) -> Tensor:
        changed = network is not original and isinstance(target, ClassTarget)
        explained = find_target("top", network, picture) if changed else target
        return attribute(network, picture, explained, name, settings.options_of(name))

    return found


def _summary(name: str, measured: Sequence[_Measured], seed: int) -> Faithfulness:
    """The means over photos."""
    parts = [each.irof for each in measured if each.irof is not None]
    return Faithfulness(
        name,
        bootstrap([each.deletion.area for each in measured], seed=seed),
        bootstrap([each.insertion.area for each in measured], seed=seed),
        bootstrap([each.road for each in measured], seed=seed),
        bootstrap(parts, seed=seed) if parts else None,
        bootstrap([each.last_layer for each in measured], seed=seed),
        bootstrap([each.upper_half for each in measured], seed=seed),
        _mean_curve([each.deletion for each in measured]),
        _mean_curve([each.insertion for each in measured]),
        "" if name == CHANCE else METHODS[name].caution,
    )


def _mean_curve(curves: Sequence[ScoreCurve]) -> ScoreCurve:
    return ScoreCurve(curves[0].shares, torch.stack([curve.values for curve in curves]).mean(dim=0))
