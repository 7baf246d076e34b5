"""Grad-CAM, and its product with guided backpropagation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field

from pareidolia.inspection.attribution.methods.rectified import BLIND, guided_backpropagation
from pareidolia.inspection.attribution.registry import MethodOptions, attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.framing import FramedPhoto
    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


class LayerOptions(MethodOptions):
    """Options of the class activation maps."""

    layer: Annotated[
        str | None,
        Field(description="Layer of the class activation map (default: the last with rows and columns)."),
    ] = None

    def settled(self, network: Network, photo: FramedPhoto) -> Self:
        """With the layer that is looked at."""
        from pareidolia.inspection.attribution.cam import cam_layer

        return self if self.layer else self.model_copy(update={"layer": cam_layer(network, photo)})


@attribution_method("grad-cam", options=LayerOptions)
def class_activations(network: Network, pictures: Tensor, target: Target, options: LayerOptions) -> Tensor:
    """max(0, Σ_k α_k A_k) of a late layer, enlarged to the picture, N×1×H×W (Selvaraju et al. 2017)."""
    from pareidolia.inspection.attribution.cam import grad_cam

    return grad_cam(network, pictures, target, layer=options.layer)


@attribution_method("guided-grad-cam", options=LayerOptions, signed=True, colored=True, caution=BLIND)
def guided_class_activations(
    network: Network, pictures: Tensor, target: Target, options: LayerOptions
) -> Tensor:
    """Guided backpropagation where Grad-CAM sees the target, N×C×H×W (Selvaraju et al. 2017, section 3.2)."""
    fine = guided_backpropagation(network, pictures, target, options)
    return fine * class_activations(network, pictures, target, options)
