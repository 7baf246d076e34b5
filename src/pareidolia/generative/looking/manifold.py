"""The operation `manifold`: a plane of the latent space as a grid of pictures."""

import torch
from torch import Tensor

from pareidolia.generative.capabilities import Encodes, HasInverseCdf
from pareidolia.generative.looking.latent_space import LatentSpace
from pareidolia.generative.looking.settings import ManifoldSettings
from pareidolia.generative.looking.showing import opened, tiled
from pareidolia.generative.runs import Run
from pareidolia.operations import EXPLORE, operation
from pareidolia.operations.inputs import RUN
from pareidolia.pictures.result import Result
from pareidolia.settings import PareidoliaError

_DRAWN = 2000


@operation(
    "manifold",
    group=EXPLORE,
    help="Lay a plane of the latent space out as a grid of pictures.",
    settings=ManifoldSettings,
    inputs=(RUN,),
)
def manifold_grid(run: Run | str, settings: ManifoldSettings | None = None) -> Result:
    """A grid of decoded codes in two units, the others 0 (Kingma and Welling 2014, figure 4).

    Through the prior's inverse distribution function, each cell holds an equal share of the prior; a prior
    that has none is laid out evenly over the square that 98 % of its samples keep to.

    Raises PareidoliaError for units that there are not, and for a model without a prior.
    """
    settings = settings or ManifoldSettings()
    space = opened(run, settings)
    units, chosen = _units(space, settings)
    middles = (torch.arange(settings.side) + 0.5) / settings.side
    along = _levels(space, middles, settings.seed)
    codes = torch.zeros(settings.side, settings.side, space.model.latent)
    # The second unit grows upwards, as on paper.
    codes[..., units[1]] = along[units[1]].flip(0)[:, None]
    codes[..., units[0]] = along[units[0]][None]
    pictures = space.decode(codes.flatten(0, 1))
    told = f"units {units[0]} (to the right) and {units[1]} (upwards) of {space.name}{chosen}"
    return Result(tiled(pictures, settings.side), told)


def _levels(space: LatentSpace, shares: Tensor, seed: int) -> Tensor:
    """The prior's values at these shares, for each unit: L×S."""
    prior, latent = space.model.prior, space.model.latent
    if isinstance(prior, HasInverseCdf):
        return prior.inverse_cdf(shares[:, None].expand(-1, latent)).T
    drawn = space.draw(_DRAWN, seed).cpu()
    low, high = drawn.quantile(0.01, dim=0), drawn.quantile(0.99, dim=0)
    return low[:, None] + (high - low)[:, None] * shares


def _units(space: LatentSpace, settings: ManifoldSettings) -> tuple[tuple[int, int], str]:
    """The two units, and in words how they were chosen."""
    space.draw(1, settings.seed)  # refuses a model without a prior before the work
    latent = space.model.latent
    if latent < 2:
        raise PareidoliaError(f"{space.name} has codes of length 1: there is no plane to show")
    if settings.units is not None:
        if any(not 0 <= unit < latent for unit in settings.units) or settings.units[0] == settings.units[1]:
            first, second = settings.units
            raise PareidoliaError(
                f"--units {first} {second}: name two different units, from 0 to {latent - 1}"
            )
        return settings.units, ""
    if latent == 2:
        return (0, 1), ""
    if not isinstance(space.model, Encodes):
        return (0, 1), f", the first two of {latent}"
    ranked = space.codes.var(0).argsort(descending=True)
    return (int(ranked[0]), int(ranked[1])), f", which tell most pictures apart of {latent}; the others are 0"
