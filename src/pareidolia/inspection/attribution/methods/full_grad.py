"""FullGrad: the gradient at the picture and at every bias."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.inspection.attribution.registry import MethodOptions, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


@attribution_method("full-grad")
def full_grad(network: Network, pictures: Tensor, target: Target, options: MethodOptions) -> Tensor:
    """ψ(x ⊙ ∂S/∂x) + Σ over layers of ψ(b ⊙ ∂S/∂b), N×1×H×W (Srinivas and Fleuret 2019, eq. 5)."""
    from pareidolia.inspection.attribution.full_gradient import full_gradient_map

    return full_gradient_map(network, pictures, target)
