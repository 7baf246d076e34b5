"""Integrated gradients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pareidolia.inspection.attribution.registry import BatchOptions, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


class IntegratedGradientsOptions(BatchOptions):
    """Options of integrated gradients."""

    steps: Annotated[int, Field(ge=2, description="Nodes at which gradients are integrated.")] = 50
    baseline: Annotated[
        float, Field(ge=0, le=1, description="Grey value that the integral starts from; 0 is black.")
    ] = 0.0


@attribution_method("integrated-gradients", options=IntegratedGradientsOptions, signed=True)
def integrated(
    network: Network, pictures: Tensor, target: Target, options: IntegratedGradientsOptions
) -> Tensor:
    """Σ over channels of (x − x′) ⊙ ∫ ∂S/∂x, N×1×H×W (Sundararajan et al. 2017, eq. 1)."""
    from pareidolia.inspection.attribution.gradients import integrated_gradients

    found = integrated_gradients(network, pictures, target, **options.model_dump(exclude={"seed"}))
    return found.maps.sum(dim=1, keepdim=True)
