"""Directions of labels, and walking along them: the operation `walk`."""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pareidolia.generative.looking.settings import WalkSettings
from pareidolia.generative.looking.showing import laid_out, opened
from pareidolia.generative.runs import Run
from pareidolia.operations import EXPLORE, Input, operation
from pareidolia.operations.inputs import POINT, RUN
from pareidolia.pictures.result import Result
from pareidolia.settings import PareidoliaError

_RIDGE = 1e-3


@dataclass(frozen=True)
class LabelDirection:
    """The direction from the codes without a label to those with it.

    Attributes:
        vector: L; as long as the distance of the two means along it.
        accuracy: the share of codes on the right side of the plane across it, which lies half way between the
            means or where the regression puts it.
    """

    vector: Tensor
    accuracy: float


def mean_direction(with_label: Tensor, without: Tensor) -> LabelDirection:
    """The direction from the mean of codes to the mean of others (Larsen et al. 2016, section 3.3).

    Args:
        with_label: N×L.
        without: M×L.

    Returns:
        The direction.
    """
    vector = with_label.mean(0) - without.mean(0)
    middle = 0.5 * (with_label.mean(0) + without.mean(0))
    return LabelDirection(vector, _accuracy((with_label - middle) @ vector, (without - middle) @ vector))


def logistic_direction(with_label: Tensor, without: Tensor) -> LabelDirection:
    """Normal of the plane with which a logistic regression separates codes N×L and M×L.

    Both sides count alike. A small ridge keeps it finite where a plane separates all; found by L-BFGS in
    double precision.
    """
    codes = torch.cat([with_label, without]).cpu().double()
    middle, spread = codes.mean(0), codes.std(0).clamp(min=1e-6)
    inputs = torch.cat([(codes - middle) / spread, codes.new_ones(len(codes), 1)], dim=1)
    targets = torch.cat([codes.new_ones(len(with_label)), codes.new_zeros(len(without))])
    # Each side has half of the weight, whatever its number of codes.
    counts = targets * (0.5 / len(with_label)) + (1 - targets) * (0.5 / len(without))
    weights = _regression(inputs, targets, counts)
    scores = inputs @ weights
    normal = weights[:-1] / spread
    unit = normal / normal.norm().clamp(min=1e-12)
    apart = (codes[: len(with_label)].mean(0) - codes[len(with_label) :].mean(0)) @ unit
    accuracy = _accuracy(scores[: len(with_label)], scores[len(with_label) :])
    return LabelDirection((unit * apart).to(with_label), accuracy)


@operation(
    "walk",
    group=EXPLORE,
    help="Walk from a code along the direction in which a label lies.",
    settings=WalkSettings,
    inputs=(RUN, Input("start", f"Where from: {POINT}", "latent point")),
)
def walk_strip(run: Run | str, start: str, settings: WalkSettings) -> Result:
    """Pictures on a line through a place: away from a label (left) and towards it (right).

    Args:
        run: a run, its folder, or a shipped model's name.
        start: a place, see `latent_space.LATENT_POINTS`.
        settings: the label and options.

    Returns:
        A strip of pictures.

    Raises:
        PareidoliaError: If the model has no encoder, or its data no labels.
        UnknownName: If there is no such label.
    """
    space = opened(run, settings)
    place = space.resolve(start)
    if settings.towards == settings.away:
        raise PareidoliaError(f"label {settings.away} cannot be walked to and away from at once")
    labeled = space.labeled(settings.towards)
    others = ~labeled if settings.away is None else space.labeled(settings.away)
    find = {"mean": mean_direction, "logistic": logistic_direction}[settings.method]
    direction = find(space.codes[labeled.to(space.device)], space.codes[others.to(space.device)])
    shares = torch.linspace(-settings.reach, settings.reach, settings.steps)
    pictures = space.decode(place.code + shares.to(place.code)[:, None] * direction.vector)
    captions = [f"{float(share):+.2g}" if abs(share) > 1e-6 else "0" for share in shares]
    source = "the others" if settings.away is None else settings.away
    told = (
        f"{place.caption}, walked from {source} to {settings.towards} ({settings.method}; the direction "
        f"alone tells {100 * direction.accuracy:.1f} % of {space.known.source} apart)"
    )
    return Result(laid_out(pictures, settings.steps, captions=captions), told)


def _regression(inputs: Tensor, targets: Tensor, counts: Tensor) -> Tensor:
    """Weights of the ridge logistic regression; the offset, last, is all but free."""
    ridge = torch.full_like(inputs[0], _RIDGE)
    ridge[-1] = 1e-9  # it must not run away either
    weights = torch.zeros_like(ridge, requires_grad=True)
    optimizer = torch.optim.LBFGS(
        [weights], max_iter=500, tolerance_grad=1e-10, tolerance_change=0, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimizer.zero_grad()
        fit = F.binary_cross_entropy_with_logits(inputs @ weights, targets, counts, reduction="sum")
        total = fit + 0.5 * (ridge * weights.square()).sum()
        total.backward()  # type: ignore[no-untyped-call]
        return total

    with torch.enable_grad():
        optimizer.step(loss)  # type: ignore[no-untyped-call]
    return weights.detach()


def _accuracy(positive: Tensor, negative: Tensor) -> float:
    right = int((positive > 0).sum()) + int((negative <= 0).sum())
    return right / (len(positive) + len(negative))
