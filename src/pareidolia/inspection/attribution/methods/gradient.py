"""The gradient of the score, and the gradient times the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.inspection.attribution.registry import MethodOptions, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


@attribution_method("gradient")
def gradient(network: Network, pictures: Tensor, target: Target, options: MethodOptions) -> Tensor:
    """max over channels of |∂S/∂x|, N×1×H×W (Simonyan et al. 2014, section 3.1)."""
    from pareidolia.inspection.attribution.gradients import largest_magnitude, send_back

    return largest_magnitude(send_back(network, pictures, target))


@attribution_method("gradient-x-input", signed=True)
def gradient_times_picture(
    network: Network, pictures: Tensor, target: Target, options: MethodOptions
) -> Tensor:
    """Σ over channels of x ⊙ ∂S/∂x, N×1×H×W (Shrikumar et al. 2016)."""
    from pareidolia.inspection.attribution.gradients import gradient_x_input

    return gradient_x_input(network, pictures, target).sum(dim=1, keepdim=True)
