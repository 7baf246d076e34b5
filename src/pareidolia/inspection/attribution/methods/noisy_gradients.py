"""SmoothGrad and VarGrad: the gradients of noisy copies of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pareidolia.inspection.attribution.registry import BatchOptions, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


class NoiseOptions(BatchOptions):
    """Options of SmoothGrad and VarGrad."""

    samples: Annotated[int, Field(ge=2, description="Noisy copies of the photo.")] = 25
    noise: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="Standard deviation of their noise, as a share of the photo's range of values.",
        ),
    ] = 0.15


@attribution_method("smoothgrad", options=NoiseOptions)
def smoothgrad(network: Network, pictures: Tensor, target: Target, options: NoiseOptions) -> Tensor:
    """max over channels of the mean gradient's magnitude, N×1×H×W (Smilkov et al. 2017)."""
    from pareidolia.inspection.attribution.gradients import largest_magnitude, noisy_gradients

    return largest_magnitude(noisy_gradients(network, pictures, target, **options.model_dump()).mean)


@attribution_method("vargrad", options=NoiseOptions)
def vargrad(network: Network, pictures: Tensor, target: Target, options: NoiseOptions) -> Tensor:
    """Σ over channels of the gradients' variance, N×1×H×W (Adebayo et al. 2018)."""
    from pareidolia.inspection.attribution.gradients import noisy_gradients

    variance = noisy_gradients(network, pictures, target, **options.model_dump()).variance
    return variance.sum(dim=1, keepdim=True)
