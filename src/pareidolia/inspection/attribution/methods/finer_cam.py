"""Finer-CAM: what sets a class apart from those that the network takes it for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from pareidolia.inspection.attribution.methods.grad_cam import LayerOptions
from pareidolia.inspection.attribution.registry import attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


class FinerCamOptions(LayerOptions):
    """Options of Finer-CAM."""

    rivals: Annotated[int, Field(ge=1, description="Classes of the nearest scores that are compared.")] = 3
    contrast: Annotated[float, Field(ge=0, description="How much of their mean score is subtracted.")] = 0.6


@attribution_method("finer-cam", options=FinerCamOptions)
def finer_cam(network: Network, pictures: Tensor, target: Target, options: FinerCamOptions) -> Tensor:
    """Grad-CAM of S_c − γ · mean of the scores nearest to it, N×1×H×W (Zhang et al. 2025, eq. 4)."""
    from pareidolia.inspection.attribution.cam import grad_cam
    from pareidolia.inspection.output_targets import contrasted

    finer = contrasted(target, options.rivals, options.contrast, "finer-cam")
    return grad_cam(network, pictures, finer, layer=options.layer)
