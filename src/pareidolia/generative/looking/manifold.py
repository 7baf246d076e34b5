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

    Through the prior's inverse distribution function, each cell holds an equal share of the prior; if the
    prior has none, the grid is laid out evenly over the square that holds 98 % of its samples.

    Args:
        run: a run, its folder, or a shipped model's name.
        settings: options.

    Returns:
        The grid.

    Raises:
        PareidoliaError: If the model has no such units, or no prior.
    """
    settings = settings or ManifoldSettings()
    space = opened(run, settings)
    plane = Plane(space, settings.units, settings.seed)
    middles = (torch.arange(settings.side) + 0.5) / settings.side
    # The second unit grows upwards, as on paper.
    up, right = torch.meshgrid(middles.flip(0), middles, indexing="ij")
    pictures = space.decode(plane.codes(right.flatten(), up.flatten()))
    return Result(tiled(pictures, settings.side), plane.caption)


class Plane:
    """Two units of a latent space, laid out so that equal areas hold equal shares of the prior.

    Args:
        space: the latent space.
        units: the two units; None takes those whose mean codes vary most over the training pictures.
        seed: of the samples that stand for a prior without an inverse distribution function.

    Raises:
        PareidoliaError: If the model has no such units, or no prior.
    """

    def __init__(self, space: LatentSpace, units: tuple[int, int] | None = None, seed: int = 0) -> None:
        self._space, self._seed = space, seed
        self.units, chosen = _units(space, units, seed)
        self.caption = (
            f"units {self.units[0]} (to the right) and {self.units[1]} (upwards) of {space.name}{chosen}"
        )

    def codes(self, right: Tensor, up: Tensor) -> Tensor:
        """Find the codes of points of the plane.

        Args:
            right: M shares of the prior to the left of each point, above 0 and below 1.
            up: likewise, below each point.

        Returns:
            M×L; units that are not of the plane are 0.
        """
        codes = torch.zeros(len(right), self._space.model.latent)
        for unit, shares in zip(self.units, (right, up), strict=True):
            codes[:, unit] = _levels(self._space, shares, self._seed)[unit]
        return codes


def _levels(space: LatentSpace, shares: Tensor, seed: int) -> Tensor:
    """The prior's values at these shares, for each unit: L×S."""
    prior, latent = space.model.prior, space.model.latent
    if isinstance(prior, HasInverseCdf):
        return prior.inverse_cdf(shares[:, None].expand(-1, latent)).T
    drawn = space.draw(_DRAWN, seed).cpu()
    low, high = drawn.quantile(0.01, dim=0), drawn.quantile(0.99, dim=0)
    return low[:, None] + (high - low)[:, None] * shares


def _units(space: LatentSpace, units: tuple[int, int] | None, seed: int) -> tuple[tuple[int, int], str]:
    """The two units, and a sentence about how they were chosen."""
    latent = space.model.latent
    space.draw(1, seed)  # refuses a model without a prior before the work
    if latent < 2:
        raise PareidoliaError(f"{space.name} has codes of length 1: there is no plane to show")
    if units is not None:
        first, second = units
        if first == second or not all(0 <= unit < latent for unit in units):
            raise PareidoliaError(f"units {first} {second}: name two different units, from 0 to {latent - 1}")
        return units, ""
    if latent == 2:
        return (0, 1), ""
    if not isinstance(space.model, Encodes):
        return (0, 1), f", the first two of {latent}"
    ranked = space.codes.var(0).argsort(descending=True)
    return (int(ranked[0]), int(ranked[1])), f", which tell most pictures apart of {latent}; the others are 0"
