"""DeepLIFT by the rescale rule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pareidolia.inspection.attribution.registry import MethodOptions, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


class DeepLiftOptions(MethodOptions):
    """Options of DeepLIFT."""

    baseline: Annotated[
        float, Field(ge=0, le=1, description="Grey value that the integral starts from; 0 is black.")
    ] = 0.0


@attribution_method("deep-lift", options=DeepLiftOptions, signed=True)
def deep_lift(network: Network, pictures: Tensor, target: Target, options: DeepLiftOptions) -> Tensor:
    """Σ over channels of m ⊙ (x − x′), m the slopes between both, N×1×H×W (Shrikumar et al. 2017)."""
    from pareidolia.inspection.attribution.deep_lift import deep_lift

    return deep_lift(network, pictures, target, baseline=options.baseline).sum(dim=1, keepdim=True)
