"""Expected gradients: integrated gradients from many baselines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pareidolia.inspection.attribution.registry import BatchOptions, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


class ExpectedGradientsOptions(BatchOptions):
    """Options of expected gradients."""

    samples: Annotated[int, Field(ge=2, description="Baselines drawn, each of one random color.")] = 50


@attribution_method("expected-gradients", options=ExpectedGradientsOptions, signed=True)
def expected(network: Network, pictures: Tensor, target: Target, options: ExpectedGradientsOptions) -> Tensor:
    """Σ over channels of E over x′ and α of (x − x′) ⊙ ∂S/∂x, N×1×H×W (Erion et al. 2021)."""
    from pareidolia.inspection.attribution.baselines import expected_gradients

    return expected_gradients(network, pictures, target, **options.model_dump()).sum(dim=1, keepdim=True)
