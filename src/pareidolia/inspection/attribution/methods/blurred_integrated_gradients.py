"""Blurred integrated gradients: from a blurred picture to the sharp one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pareidolia.inspection.attribution.registry import BatchOptions, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


class BlurOptions(BatchOptions):
    """Options of blurred integrated gradients."""

    steps: Annotated[int, Field(ge=2, description="Blurs at which gradients are integrated.")] = 50
    sigma: Annotated[
        float | None,
        Field(gt=0, description="The strongest blur in pixels (default: a sixth of the shorter side)."),
    ] = None


@attribution_method("blurred-integrated-gradients", options=BlurOptions, signed=True)
def blurred(network: Network, pictures: Tensor, target: Target, options: BlurOptions) -> Tensor:
    """Σ over channels of ∫ ∂S/∂x ⊙ ∂x/∂σ dσ from blurred to sharp, N×1×H×W (Xu et al. 2020)."""
    from pareidolia.inspection.attribution.baselines import blurred_integrated_gradients

    found = blurred_integrated_gradients(network, pictures, target, **options.model_dump(exclude={"seed"}))
    return found.sum(dim=1, keepdim=True)
