"""The operation `saliency-sheet`: a photo's maps, their worth, and what random weights would draw."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from pareidolia.inspection.attribution.attributing import attribute
from pareidolia.inspection.attribution.explaining import describe
from pareidolia.inspection.attribution.faithfulness import (
    deletion,
    insertion,
    randomized,
    rank_correlation,
    weighted_layers,
)
from pareidolia.inspection.attribution.judging_figure import draw_judged
from pareidolia.inspection.attribution.overlays import shown
from pareidolia.inspection.attribution.quality.of_maps import sparseness
from pareidolia.inspection.attribution.quality.removing import road
from pareidolia.inspection.attribution.registry import METHODS, left_out_in_words, stands_for_all
from pareidolia.inspection.attribution.settings import SaliencySheetSettings
from pareidolia.inspection.attribution.summaries import CHANCE, Mean, bootstrap
from pareidolia.inspection.framing import frame_photo
from pareidolia.inspection.named_targets import find_target
from pareidolia.inspection.targets import ClassTarget, Target
from pareidolia.networks import Network, NetworkLike, network_for
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import PHOTO
from pareidolia.pictures import PictureLike, as_picture, check_plots, resize
from pareidolia.pictures.result import Result
from pareidolia.progress import Progress, Work
from pareidolia.randomness import seeded_generator
from pareidolia.settings import Unsuited

# How much of a view's sides is cut off at most.
_CUT = 0.08


@dataclass(frozen=True)
class Judged:
    """What was found of one method on one photo.

    Attributes:
        method: its name, or `chance`: a map of random numbers.
        scores: by measure, means over views with intervals: deletion, road and likeness are good when low,
            insertion when high; sparseness is neither.
        picture: the map over the photo, 1×3×H×W; None of chance.
        random: the same of the network with all weights shuffled.
    """

    method: str
    scores: Mapping[str, Mean]
    picture: Tensor | None = None
    random: Tensor | None = None

    def row(self) -> dict[str, object]:
        """The method and its scores, in words."""
        return {"method": self.method, **{name: str(mean) for name, mean in self.scores.items()}}


@operation(
    "saliency-sheet",
    group=LOOK,
    help="One sheet about a photo: its maps, their scores, and what random weights would have drawn.",
    settings=SaliencySheetSettings,
    inputs=(PHOTO,),
    network=True,
)
class SaliencySheet(Work):
    """Maps of a photo by several methods, judged on views of it; iterate to the end, then take `result`.

    Args:
        photo: what `as_picture` takes.
        settings: every option.
        network: what `as_network` takes; None takes the one that the settings name.

    Raises:
        BadPicture: If the photo cannot be opened, or the network cannot look at it.
        PareidoliaError: If the target names nothing.
        MissingExtra: If matplotlib is not installed.
    """

    def __init__(
        self, photo: PictureLike, settings: SaliencySheetSettings | None = None, network: NetworkLike = None
    ) -> None:
        check_plots()
        self.settings = SaliencySheetSettings.of(settings)
        self.network = network_for(self.settings, network)
        self._seen = frame_photo(self.network, as_picture(photo), self.settings.size)
        self._target = find_target(self.settings.target, self.network, self._seen.picture, self._seen.logits)
        #: What was found so far, chance first.
        self.results: list[Judged] = []
        #: Of all methods those that do not suit the network.
        self.left_out: list[str] = []

    def __iter__(self) -> Iterator[Progress]:
        """Judge; every method is a stage, every view a step."""
        self.results, self.left_out = [], []
        views = list(views_of(self._seen.picture, self.settings.views, self.settings.seed))
        random = randomized(self.network, weighted_layers(self.network), seed=self.settings.seed)
        for name in [CHANCE, *self.settings.asked_methods]:
            scores, pictures = [], []
            try:
                for number, view in enumerate(views):
                    maps = self._maps(name, view, number, random)
                    scores.append(self._scores(view, *maps))
                    if number == 0 and name != CHANCE:
                        pictures = [shown(METHODS[name], view, each).cpu() for each in maps]
                    yield Progress(number + 1, len(views), f"judging {name}")
            except Unsuited:
                if not stands_for_all(self.settings.methods, name):
                    raise
                self.left_out.append(name)
                continue
            means = {
                key: bootstrap([each[key] for each in scores], seed=self.settings.seed) for key in scores[0]
            }
            self.results.append(Judged(name, means, *pictures))

    @property
    def result(self) -> Result:
        """The sheet, and each method's scores in words."""
        picture = draw_judged(self._seen.picture.cpu(), self._words, self.results)
        return Result(picture, self.caption, [each.row() for each in self.results])

    @property
    def caption(self) -> str:
        """How the sheet is read, and what is known against the methods."""
        reading = (
            f"{len(self.results) - 1} methods for {self._words}: means and 95 % intervals over "
            f"{self.settings.views} views; likeness is Spearman's ρ to the map of random weights"
        )
        cautions = [
            f"{each.method} {METHODS[each.method].caution}."
            for each in self.results
            if each.method != CHANCE and METHODS[each.method].caution
        ]
        return "\n".join([reading, *cautions]) + left_out_in_words(self.left_out, self.network.name)

    @property
    def _words(self) -> str:
        return describe(self._target, self.network, self._seen.logits)

    def _maps(self, name: str, view: Tensor, number: int, random: Network) -> tuple[Tensor, Tensor]:
        """The map of the network, and that of random weights, which explains its own top class."""
        if name == CHANCE:
            generator = seeded_generator(self.settings.seed + number)
            drawn = torch.rand(2, 1, 1, *view.shape[-2:], generator=generator).to(view)
            return drawn[0], drawn[1]
        options = self.settings.options_of(name)
        own: Target = (
            find_target("top", random, view) if isinstance(self._target, ClassTarget) else self._target
        )
        return (
            attribute(self.network, view, self._target, name, options),
            attribute(random, view, own, name, options),
        )

    def _scores(self, view: Tensor, found: Tensor, random: Tensor) -> dict[str, float]:
        steps, asked = self.settings.curve_steps, (self.network, view, self._target, found)
        return {
            "deletion": deletion(*asked, steps=steps).area,
            "insertion": insertion(*asked, steps=steps).area,
            "road": float(road(*asked, seed=self.settings.seed).values.mean()),
            "sparseness": sparseness(found),
            "likeness": rank_correlation(found, random),
        }


def views_of(picture: Tensor, count: int, seed: int = 0) -> Iterator[Tensor]:
    """The picture 1×C×H×W itself, then views of it: cut a little and enlarged, every second one mirrored."""
    generator = seeded_generator(seed)
    yield picture
    height, width = picture.shape[-2:]
    for number in range(1, count):
        share, down, across = torch.rand(3, generator=generator).tolist()
        rows, columns = (max(1, round(side * (1 - _CUT * share))) for side in (height, width))
        top, left = round(down * (height - rows)), round(across * (width - columns))
        cut = picture[..., top : top + rows, left : left + columns]
        view = resize(cut, (height, width)).clamp(0, 1)
        yield view.flip(3) if number % 2 else view
