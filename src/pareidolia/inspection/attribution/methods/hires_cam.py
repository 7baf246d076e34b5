"""HiResCAM: Grad-CAM whose gradients are not averaged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.inspection.attribution.methods.grad_cam import LayerOptions
from pareidolia.inspection.attribution.registry import attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


@attribution_method("hires-cam", options=LayerOptions)
def hires_cam(network: Network, pictures: Tensor, target: Target, options: LayerOptions) -> Tensor:
    """max(0, Σ_k ∂S/∂A_k ⊙ A_k) of a late layer, N×1×H×W (Draelos and Carin 2020, eq. 2).

    Before one linear layer its sum is the score: it shows nothing that the network did not use.
    """
    from pareidolia.inspection.attribution.cam import enlarged, layer_gradients

    maps, signals = layer_gradients(network, pictures, target, layer=options.layer)
    return enlarged((signals * maps).sum(dim=1, keepdim=True).clamp(min=0), pictures)
