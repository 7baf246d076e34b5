"""RISE: the mean confidence under random masks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pareidolia.inspection.attribution.registry import BatchOptions, Steps, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


class RiseOptions(BatchOptions):
    """Options of RISE."""

    masks: Annotated[int, Field(ge=2, description="Random masks.")] = 1000
    cells: Annotated[int, Field(ge=2, description="Rows and columns of a mask before it is enlarged.")] = 7
    keep: Annotated[float, Field(gt=0, lt=1, description="Share of a mask that stays visible.")] = 0.5


@attribution_method("rise", options=RiseOptions)
def randomized_input_sampling(
    network: Network, pictures: Tensor, target: Target, options: RiseOptions
) -> Steps[Tensor]:
    """The mean confidence under the masks that leave a pixel visible, N×1×H×W (Petsiuk et al. 2018)."""
    from pareidolia.inspection.attribution.masking import rise_steps

    return rise_steps(network, pictures, target, **options.model_dump())
