"""The operation `faithfulness`: attribution methods compared over pictures, with confidence intervals."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pareidolia.inspection.attribution.faithfulness import ScoreCurve, deletion, insertion, randomization
from pareidolia.inspection.attribution.methods import METHODS, attribute, method_names
from pareidolia.inspection.attribution.settings import FaithfulnessSettings
from pareidolia.inspection.framing import frame
from pareidolia.inspection.targets import ClassTarget, Target, find_target
from pareidolia.networks import Network, NetworkLike, network_for
from pareidolia.pictures import PictureLike, as_picture, figure_picture, new_figure

#: A map of random numbers: what a method must beat.
CHANCE = "chance"


@dataclass(frozen=True)
class Mean:
    """A mean over pictures and its 95 % confidence interval (None where there is one picture only)."""

    value: float
    interval: tuple[float, float] | None

    def __str__(self) -> str:
        if self.interval is None:
            return f"{self.value:.3f}"
        return f"{self.value:.3f} [{self.interval[0]:.3f}, {self.interval[1]:.3f}]"


@dataclass(frozen=True)
class Faithfulness:
    """What was measured of one method.

    Attributes:
        deletion, insertion: areas under the curves; low and high are good.
        last_layer, upper_half: likeness (Spearman's ρ) to the map of a network whose last layer, or upper
            half, is randomised; near 0 is good. Near 1 says that the method does not explain the network.
        deletion_curve, insertion_curve: the mean curves.
        caution: what is known against the method, if anything.
    """

    method: str
    deletion: Mean
    insertion: Mean
    last_layer: Mean
    upper_half: Mean
    deletion_curve: ScoreCurve
    insertion_curve: ScoreCurve
    caution: str


def compare_methods(
    photos: Sequence[PictureLike],
    settings: FaithfulnessSettings | None = None,
    network: NetworkLike = None,
) -> Iterator[Faithfulness]:
    """Measure the methods on the photos, one after the other, `chance` first.

    Deletion and insertion after Petsiuk et al. (2018), randomisation of parameters after Adebayo et al.
    (2018); intervals by the bootstrap over photos.
    """
    settings = settings or FaithfulnessSettings()
    network = network_for(settings, network)
    pictures = [frame(network, as_picture(photo), settings.size) for photo in photos]
    for name in [CHANCE, *method_names(settings.methods)]:
        yield _measure(name, network, pictures, settings)


def bootstrap(values: Sequence[float], *, seed: int = 0, resamples: int = 2000) -> Mean:
    """The mean of `values` and the percentile bootstrap's 95 % interval of it."""
    sample = np.asarray(values, dtype=np.float64)
    if len(sample) < 2:
        return Mean(float(sample.mean()), None)
    drawn = np.random.default_rng(seed).integers(len(sample), size=(resamples, len(sample)))
    low, high = np.percentile(sample[drawn].mean(axis=1), [2.5, 97.5])
    return Mean(float(sample.mean()), (float(low), float(high)))


def draw_comparison(results: Sequence[Faithfulness]) -> Tensor:
    """The mean deletion and insertion curves, and the likeness after randomisation: a picture 1×3×H×W.

    Raises:
        MissingExtra: matplotlib is not installed.
    """
    drawing = new_figure(13, 5)
    drawing.set_layout_engine("constrained")
    left, middle, right = drawing.subplots(1, 3)
    for axes, kind in ((left, "deletion"), (middle, "insertion")):
        for result in results:
            curve: ScoreCurve = getattr(result, f"{kind}_curve")
            style = ":" if result.method == CHANCE else "-"
            area = getattr(result, kind).value
            axes.plot(curve.shares, curve.values, style, label=f"{result.method} {area:.3f}")
        done = {"deletion": "deleted", "insertion": "inserted"}[kind]
        axes.set(title=kind, xlabel=f"share of pixels {done}", ylabel="confidence", xlim=(0, 1))
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2, fontsize=8, frameon=False)
    methods = [result for result in results if result.method != CHANCE]
    places = np.arange(len(methods))
    for shift, kind in ((0.2, "last_layer"), (-0.2, "upper_half")):
        means = [getattr(result, kind) for result in methods]
        right.barh(
            places + shift,
            [mean.value for mean in means],
            0.38,
            label=f"{kind.replace('_', ' ')} randomised",
            xerr=_whiskers(means),
        )
    right.set(title="likeness after randomisation", xlabel="Spearman's ρ (near 0 is good)", xlim=(-0.3, 1))
    right.set_yticks(places, [result.method for result in methods])
    right.invert_yaxis()
    right.legend(loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=2, fontsize=8, frameon=False)
    return figure_picture(drawing)


def _whiskers(means: Sequence[Mean]) -> Any:
    spans = [mean.interval or (mean.value, mean.value) for mean in means]
    low, high = np.array(spans).T
    center = np.array([mean.value for mean in means])
    return np.maximum(np.stack([center - low, high - center]), 0.0)


def _measure(
    name: str, network: Network, pictures: Sequence[Tensor], settings: FaithfulnessSettings
) -> Faithfulness:
    deletions, insertions, last, every = [], [], [], []
    for number, picture in enumerate(pictures):
        target = find_target(settings.target, network, picture)
        method = _attribution(name, network, picture, target, settings, number)
        found = method(network)
        deletions.append(deletion(network, picture, target, found, steps=settings.curve_steps))
        insertions.append(insertion(network, picture, target, found, steps=settings.curve_steps))
        alike = (0.0, 0.0) if name == CHANCE else randomization(network, method, seed=settings.seed)
        last.append(alike[0])
        every.append(alike[1])
    return Faithfulness(
        name,
        bootstrap([curve.area for curve in deletions], seed=settings.seed),
        bootstrap([curve.area for curve in insertions], seed=settings.seed),
        bootstrap(last, seed=settings.seed),
        bootstrap(every, seed=settings.seed),
        _mean_curve(deletions),
        _mean_curve(insertions),
        "" if name == CHANCE else METHODS[name].caution,
    )


def _attribution(
    name: str, original: Network, picture: Tensor, target: Target, settings: FaithfulnessSettings, number: int
) -> Callable[[Network], Tensor]:
    """The method as a function of the network, original or randomised.

    A randomised network's classes mean nothing, and behind a last ReLU most of their scores are zero: there
    its own top class is explained.
    """
    if name == CHANCE:
        generator = torch.Generator().manual_seed(settings.seed + number)
        noise = torch.rand(1, 1, *picture.shape[-2:], generator=generator).to(picture.device)
        return lambda network: noise

    def found(network: Network) -> Tensor:
        changed = network is not original and isinstance(target, ClassTarget)
        explained = find_target("top", network, picture) if changed else target
        return attribute(network, picture, explained, name, settings)

    return found


def _mean_curve(curves: Sequence[ScoreCurve]) -> ScoreCurve:
    return ScoreCurve(curves[0].shares, torch.stack([curve.values for curve in curves]).mean(dim=0))
