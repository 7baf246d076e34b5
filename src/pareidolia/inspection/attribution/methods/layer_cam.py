"""LayerCAM: a class activation map of any layer, early ones too."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.inspection.attribution.methods.grad_cam import LayerOptions
from pareidolia.inspection.attribution.registry import attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


@attribution_method("layer-cam", options=LayerOptions)
def layer_cam(network: Network, pictures: Tensor, target: Target, options: LayerOptions) -> Tensor:
    """max(0, Σ_k max(0, ∂S/∂A_k) ⊙ A_k), N×1×H×W (Jiang et al. 2021, eq. 5 and 6)."""
    from pareidolia.inspection.attribution.cam import enlarged, layer_gradients

    maps, signals = layer_gradients(network, pictures, target, layer=options.layer)
    return enlarged((signals.clamp(min=0) * maps).sum(dim=1, keepdim=True).clamp(min=0), pictures)
