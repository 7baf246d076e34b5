"""Grad-CAM++: Grad-CAM for several objects of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.inspection.attribution.methods.grad_cam import LayerOptions
from pareidolia.inspection.attribution.registry import attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


@attribution_method("grad-cam++", options=LayerOptions)
def grad_cam_plus_plus(network: Network, pictures: Tensor, target: Target, options: LayerOptions) -> Tensor:
    """max(0, Σ_k w_k A_k), w_k = Σ_ij α_kij max(0, g_kij), N×1×H×W (Chattopadhay et al. 2018, eq. 5 and 19).

    α = g² / (2 g² + g³ Σ_ab A_ab), of exp(S), whose derivatives are powers of g = ∂S/∂A; 0 where g is 0.
    """
    from pareidolia.inspection.attribution.cam import enlarged, layer_gradients

    maps, signals = layer_gradients(network, pictures, target, layer=options.layer)
    below = 2 + signals * maps.sum(dim=(2, 3), keepdim=True)
    # g² is cancelled, and with it the ε that others need against small gradients.
    shares = signals.clamp(min=0) / below.where(below != 0, 1)
    weights = shares.sum(dim=(2, 3), keepdim=True)
    return enlarged((weights * maps).sum(dim=1, keepdim=True).clamp(min=0), pictures)
