"""The operation `concept-importance`: how much each concept of a layer matters for a class."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from pareidolia.inspection.concepts.rest import RestOfNetwork
from pareidolia.inspection.concepts.settings import ImportanceSettings
from pareidolia.networks import Network, NetworkLike, network_for
from pareidolia.networks.concepts import Concepts, read_concepts
from pareidolia.networks.devices import in_double
from pareidolia.operations import LOOK, operation
from pareidolia.operations.inputs import FOLDER
from pareidolia.pictures import figure_picture, find_pictures, from_uint8, new_figure, open_uint8
from pareidolia.pictures.result import Result
from pareidolia.settings import BadPicture, PareidoliaError

# Masked codes that the rest of the network looks at together.
_AT_ONCE = 32
_SHOWN = 30
_POINTS = 17


@dataclass(frozen=True)
class Importance:
    """How much parts of a layer matter for a class, each a mean over photos.

    Attributes:
        sobol: K, the total Sobol index of each concept: the share of the score's variance that goes with it.
        gradient: K, codes × gradient, summed over positions.
        standard_error: K, of `gradient`.
        concepts: the share of the score that is left after deleting 0, …, all concepts, the most important
            first.
        units: the same for as large shares of the layer's units, by activation × gradient.
        random: the same for concepts in an order drawn at random.
    """

    sobol: np.ndarray[Any, np.dtype[np.float64]]
    gradient: np.ndarray[Any, np.dtype[np.float64]]
    standard_error: np.ndarray[Any, np.dtype[np.float64]]
    concepts: np.ndarray[Any, np.dtype[np.float64]]
    units: np.ndarray[Any, np.dtype[np.float64]]
    random: np.ndarray[Any, np.dtype[np.float64]]


def sobol_indices(score: Callable[[Tensor], Tensor], parts: int, designs: int, seed: int) -> Tensor:
    """Total Sobol indices: the share of a score's variance that goes with each part, alone or with others.

    Jansen's estimator on scrambled Sobol points (CRAFT, Fel et al. 2023, section 3.3).

    Args:
        score: of masks N×parts in [0, 1], N.
        parts: how many.
        designs: n; the score is asked for n (parts + 2) masks.
        seed: of the points.

    Returns:
        One index a part; 0 all over where the score does not change.
    """
    points = torch.quasirandom.SobolEngine(2 * parts, scramble=True, seed=seed)  # type: ignore[no-untyped-call]
    drawn = points.draw(designs)
    one, other = drawn[:, :parts], drawn[:, parts:]
    mixed = one.repeat(parts, 1, 1)
    for part in range(parts):
        mixed[part, :, part] = other[:, part]
    base, second = in_double(score(one)), in_double(score(other))
    changed = in_double(score(mixed.reshape(-1, parts))).view(parts, designs)
    variance = torch.cat([base, second]).var()
    if variance <= 0:
        return torch.zeros(parts, dtype=torch.float64)
    return (base - changed).square().mean(dim=1) / (2 * variance)


def measure_importance(
    network: Network, concepts: Concepts, pictures: Sequence[Tensor], target: str, designs: int, seed: int
) -> Importance:
    """Measure how much concepts matter for a class.

    Args:
        network: the network, with or without the concepts.
        concepts: of one of its layers.
        pictures: 1×C×H×W each, as large as the network takes them.
        target: a class, or "top", each picture's own.
        designs: of the Sobol indices.
        seed: of these, and of the order at random.

    Returns:
        The measurements.

    Raises:
        UnknownName: there is no such class.
    """
    rest, module = RestOfNetwork(network, concepts.layer), concepts.module().to(network.device)
    index = None if target == "top" else network.class_index(target)
    found: list[tuple[Tensor, ...]] = []
    for picture in pictures:
        given, scores = rest.given(picture)
        one = int(scores.argmax()) if index is None else index
        found.append(_of_one(rest, concepts, module, picture, given, one, designs, seed))
    stacked = [torch.stack(each).cpu().double().numpy() for each in zip(*found, strict=True)]
    sobol, gradient = stacked[0], stacked[1]
    error = (
        gradient.std(axis=0, ddof=1) / len(gradient) ** 0.5
        if len(gradient) > 1
        else np.zeros_like(gradient[0])
    )
    curves = [each.mean(axis=0) for each in stacked[2:]]
    return Importance(sobol.mean(axis=0), gradient.mean(axis=0), error, *curves)


def _of_one(
    rest: RestOfNetwork,
    concepts: Concepts,
    module: torch.nn.Module,
    picture: Tensor,
    given: Tensor,
    index: int,
    designs: int,
    seed: int,
) -> tuple[Tensor, ...]:
    """Sobol indices, codes × gradient, and three deletion curves of one picture."""
    axis = 1 if concepts.axis == 1 and given.ndim == 4 else given.ndim - 1
    with torch.no_grad():
        codes = module(given).movedim(axis, -1)

    def decoded(masked: Tensor) -> Tensor:
        return concepts.decode(masked).movedim(-1, axis)

    def score(activations: Tensor) -> Tensor:
        with torch.no_grad():
            parts = [rest.scores(picture, part)[:, index] for part in torch.split(activations, _AT_ONCE)]
        return torch.cat(parts)

    def of_masks(masks: Tensor) -> Tensor:
        shape = (-1, *[1] * (codes.ndim - 2), codes.shape[-1])
        return torch.cat(
            [score(decoded(codes * part.view(shape))) for part in torch.split(masks.to(codes), _AT_ONCE)]
        )

    sobol = sobol_indices(of_masks, codes.shape[-1], designs, seed)
    matters = _times_gradient(rest, picture, codes, decoded, index)
    own = _times_gradient(rest, picture, given.movedim(axis, -1), lambda each: each.movedim(-1, axis), index)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.rand(len(matters), generator=generator)
    curves = [
        _deletion(lambda kept: score(decoded(codes * kept)), order, codes) for order in (matters, drawn)
    ]
    moved = given.movedim(axis, -1)
    units = _deletion(lambda kept: score((moved * kept).movedim(-1, axis)), own, moved)
    return sobol, matters, curves[0], units, curves[1]


def _times_gradient(
    rest: RestOfNetwork, picture: Tensor, values: Tensor, given: Callable[[Tensor], Tensor], index: int
) -> Tensor:
    """Values × the gradient of a class's score in them, summed over all but the last axis."""
    with torch.enable_grad():
        leaf = values.detach().clone().requires_grad_()
        (gradient,) = torch.autograd.grad(rest.scores(picture, given(leaf))[0, index], leaf)
    return (gradient * values).reshape(-1, values.shape[-1]).sum(dim=0).cpu()


def _deletion(score: Callable[[Tensor], Tensor], matters: Tensor, like: Tensor) -> Tensor:
    """Scores after deleting shares 0 to 1 of the parts, the largest first, as shares of the first score."""
    order = matters.argsort(descending=True)
    shares = np.linspace(0, 1, _POINTS)
    kept = torch.ones(_POINTS, len(matters))
    for number, share in enumerate(shares):
        kept[number, order[: round(float(share) * len(matters))]] = 0
    found = score(kept.view(_POINTS, *[1] * (like.ndim - 2), len(matters)).to(like))
    # Shares of the way to where nothing is left, so that curves of different parts can be compared.
    whole = found[0] - found[-1]
    return ((found - found[-1]) / torch.where(whole.abs() > 1e-6, whole, 1.0)).cpu()


def area(curve: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """The area below a deletion curve: the less, the better the order."""
    return float(np.trapezoid(curve, dx=1 / (len(curve) - 1)))


@operation(
    "concept-importance",
    group=LOOK,
    help="Measure how much each concept matters for a class, and lay deletion curves over those of units.",
    settings=ImportanceSettings,
    inputs=(FOLDER,),
    network=True,
)
def concept_importance(
    photos: Any, settings: ImportanceSettings | None = None, network: NetworkLike = None
) -> Result:
    """Total Sobol indices and codes × gradient of the concepts that --concepts names, with deletion curves.

    Args:
        photos: a folder of pictures, subfolders included.
        settings: every option; `settings.concepts` names the concepts.
        network: the network; the one that the settings name if None.

    Returns:
        The figure; rows have a concept each.

    Raises:
        BadPicture: the folder has no pictures that can be used.
        UnknownName: there is no such class.
        PareidoliaError: no concepts are named.
        MissingExtra: matplotlib is not installed.
    """
    settings = ImportanceSettings.of(settings)
    if settings.concepts is None:
        raise PareidoliaError("say which concepts: --concepts FILE, as pareidolia concepts makes it")
    concepts, network = read_concepts(settings.concepts), network_for(settings, network)
    pictures = _opened(photos, network, settings.photos_at_most)
    found = measure_importance(network, concepts, pictures, settings.target, settings.designs, settings.seed)
    rows = tuple(
        {
            "concept": f"{concepts.address}:{number}",
            "sobol": float(found.sobol[number]),
            "gradient": float(found.gradient[number]),
            "standard_error": float(found.standard_error[number]),
        }
        for number in range(len(found.sobol))
    )
    areas = f"area below the deletion curve {area(found.concepts):.3f}, units {area(found.units):.3f}, "
    caption = f"{len(pictures)} photos, class {settings.target}: {areas}at random {area(found.random):.3f}"
    return Result(figure_picture(_figure(found, f"{concepts.address}: {caption}")), caption, rows)


def _opened(photos: Any, network: Network, at_most: int) -> list[Tensor]:
    files = find_pictures(photos)
    opened: list[Tensor] = []
    for number in range(len(files)):
        if len(opened) == at_most:
            break
        try:
            opened.append(from_uint8([open_uint8(files.path(number), network.input_shape[1:])]))
        except BadPicture:
            continue
    if not opened:
        raise BadPicture(f"not one picture of {photos} could be used")
    return [each.to(network.device) for each in opened]


def _figure(found: Importance, title: str) -> Any:
    figure = new_figure(12, 4.6)
    figure.suptitle(title, fontsize=11)
    left, middle, right = figure.subplots(1, 3)
    order = np.argsort(-np.abs(found.gradient))[:_SHOWN]
    names = [str(each) for each in order]
    left.bar(names, found.gradient[order], yerr=found.standard_error[order], color="#1f4e9c")
    left.set_title("codes × gradient", fontsize=10)
    middle.bar(names, found.sobol[order], color="#d98200")
    middle.set_title("total Sobol index", fontsize=10)
    for axes in (left, middle):
        axes.set_xlabel("concept")
        axes.tick_params(labelsize=7)
    share = np.linspace(0, 1, len(found.concepts))
    for label, curve, color in (
        ("concepts", found.concepts, "#1f4e9c"),
        ("units", found.units, "#d98200"),
        ("concepts at random", found.random, "0.6"),
    ):
        right.plot(share, curve, label=f"{label}, area {area(curve):.3f}", color=color)
    right.set_title("the score left after deleting a share", fontsize=10)
    right.set_xlabel("share deleted")
    right.legend(fontsize=8)
    figure.tight_layout()
    return figure
