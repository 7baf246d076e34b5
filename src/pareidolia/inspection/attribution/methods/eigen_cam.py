"""Eigen-CAM: what varies most in a late layer, whatever the target."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pareidolia.inspection.attribution.methods.grad_cam import LayerOptions
from pareidolia.inspection.attribution.registry import attribution_method

if TYPE_CHECKING:
    from torch import Tensor

    from pareidolia.inspection.targets import Target
    from pareidolia.networks import Network


@attribution_method(
    "eigen-cam",
    options=LayerOptions,
    caution="is the same for every target: what stands out to the layer",
)
def eigen_cam(network: Network, pictures: Tensor, target: Target, options: LayerOptions) -> Tensor:
    """The first principal component of a layer's maps over positions, N×1×H×W (Muhammad and Yeasin 2020).

    Its sign, which the decomposition leaves open, is that of its largest magnitude.
    """
    import torch

    from pareidolia.inspection.attribution.cam import enlarged, layer_gradients
    from pareidolia.networks.devices import in_double

    maps, _ = layer_gradients(network, pictures, target, layer=options.layer)
    rows = in_double(maps.flatten(2).mT)
    left, sizes, _ = torch.linalg.svd(rows - rows.mean(dim=1, keepdim=True), full_matrices=False)
    component = left[:, :, 0] * sizes[:, :1]
    strongest = component.gather(1, component.abs().argmax(dim=1, keepdim=True))
    coarse = (component * strongest.sign()).clamp(min=0).to(maps)
    return enlarged(coarse.view(len(maps), 1, *maps.shape[2:]), pictures)
