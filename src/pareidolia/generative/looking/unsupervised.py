"""Directions of a latent space that no label names: the operation `directions`.

Where pictures have codes, those in which the codes vary most (PCA); of a generator those that its first layer
stretches most, the eigenvectors of AᵀA for its matrix A (Shen and Zhou 2021, "SeFa"; the principal directions
of what the layer makes of the prior, which Härkönen et al. 2020 sample, are the same).
"""

from dataclasses import dataclass
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pareidolia.generative.capabilities import Decodes, Encodes
from pareidolia.generative.conditions import WithLabel
from pareidolia.generative.looking.latent_space import LatentSpace, described
from pareidolia.generative.looking.settings import DirectionsSettings
from pareidolia.generative.looking.showing import laid_out, opened
from pareidolia.generative.runs import Run
from pareidolia.operations import EXPLORE, Input, operation
from pareidolia.operations.inputs import POINT, RUN
from pareidolia.pictures.result import Result
from pareidolia.settings import PareidoliaError


@dataclass(frozen=True)
class Directions:
    """Directions at right angles, the strongest first.

    Attributes:
        vectors: K×L; as long as one standard deviation of codes along it.
        shares: K, of the whole variance.
    """

    vectors: Tensor
    shares: Tensor


def principal_directions(codes: Tensor, count: int) -> Directions:
    """Those in which codes vary most (PCA).

    Args:
        codes: N×L.
        count: K at most.

    Returns:
        The directions.
    """
    _, lengths, vectors = torch.linalg.svd(codes - codes.mean(0), full_matrices=False)
    deviations = lengths / max(1, len(codes) - 1) ** 0.5
    return _directions(vectors[:count], deviations[:count, None], lengths, count)


def weight_directions(model: Any, count: int) -> Directions:
    """Those that a decoder's first layer stretches most (SeFa), as long as 1.

    Args:
        model: whose first layer is linear.
        count: K at most.

    Returns:
        The directions, which leave a code's label as it is.

    Raises:
        PareidoliaError: the model does not begin with a linear layer.
    """
    matrix = _first_matrix(model)
    if isinstance(getattr(model, "prior", None), WithLabel):
        matrix = matrix[:, : model.prior.unlabeled.latent]
    _, lengths, vectors = torch.linalg.svd(matrix.detach(), full_matrices=False)
    vectors = F.pad(vectors, (0, model.latent - matrix.shape[1]))
    return _directions(vectors[:count], torch.ones_like(vectors[:count, :1]), lengths, count)


@operation(
    "directions",
    group=EXPLORE,
    help="Walk along directions that no label names: PCA of codes, or SeFa of a generator's weights.",
    settings=DirectionsSettings,
    inputs=(RUN, Input("start", f"Where from: {POINT}", "latent point", required=False, default="random:0")),
)
def directions_sheet(
    run: Run | str, start: str = "random:0", settings: DirectionsSettings | None = None
) -> Result:
    """A row of pictures for each direction: the place in the middle, to both sides the walk.

    Args:
        run: a run, its folder, or a shipped model's name.
        start: a place, see `latent_space.LATENT_POINTS`.
        settings: options.

    Returns:
        A sheet of pictures.

    Raises:
        PareidoliaError: the model has no such directions, or there is no such place.
    """
    settings = settings or DirectionsSettings()
    space = opened(run, settings)
    method = settings.method
    if method == "auto":
        method = "pca" if isinstance(space.model, Encodes) else "sefa"
    place = space.resolve(start)
    found = _found(space, method, settings.count)
    steps = torch.linspace(-settings.reach, settings.reach, settings.steps).to(place.code)
    codes = place.code + steps[None, :, None] * found.vectors.to(place.code)[:, None]
    below = [f"{float(step):+.2g}" if abs(step) > 1e-6 else "0" for step in steps]
    captions = [""] * len(below) * (len(found.vectors) - 1) + below
    rows = [f"{number}: {100 * float(share):.0f} %" for number, share in enumerate(found.shares)]
    picture = laid_out(space.decode(codes.flatten(0, 1)), settings.steps, captions=captions, row_titles=rows)
    how = {"pca": "in which codes vary most (PCA)", "sefa": "that the first layer stretches most (SeFa)"}
    return Result(picture, f"{place.caption}, walked along the {len(rows)} directions {how[method]}")


def _found(space: LatentSpace, method: str, count: int) -> Directions:
    if method == "sefa":
        if not isinstance(space.model, Decodes):
            raise PareidoliaError(f"{space.name} is {described(space.run)}, which decodes no codes")
        return weight_directions(space.model, count)
    prior = getattr(space.model, "prior", None)
    codes = space.codes
    if isinstance(prior, WithLabel):
        # What is left of a code when its label is taken out.
        rest, labels = prior.split(codes)
        codes = torch.cat([rest, torch.zeros_like(labels)], dim=1)
    return principal_directions(codes, count)


def _first_matrix(model: Any) -> Tensor:
    """The weights of the linear layer that sees the code, outputs × L."""
    seen: list[nn.Linear] = []
    layers = [each for each in model.modules() if isinstance(each, nn.Linear)]
    code = torch.zeros(1, model.latent, device=next(model.parameters()).device)

    def note(layer: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        if isinstance(layer, nn.Linear) and inputs[0].data_ptr() == code.data_ptr():
            seen.append(layer)

    hooks = [layer.register_forward_pre_hook(note) for layer in layers]
    try:
        with torch.no_grad():
            model.decode(code)
    finally:
        for hook in hooks:
            hook.remove()
    if not seen:
        raise PareidoliaError(
            "SeFa takes the directions that the first layer stretches most, and this decoder does not begin "
            "with a linear layer: take --method pca"
        )
    return seen[0].weight


def _directions(vectors: Tensor, scale: Tensor, lengths: Tensor, count: int) -> Directions:
    signs = vectors.gather(1, vectors.abs().argmax(1, keepdim=True)).sign()
    shares = lengths.square() / lengths.square().sum().clamp(min=1e-12)
    return Directions(vectors * signs * scale, shares[:count])
