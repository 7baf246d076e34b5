"""Grad-CAM: Captum, the class activation map in closed form, transformers."""

import pytest
import torch
from torch import nn
from torchvision import models

from pareidolia.inspection import ClassTarget, UnitTarget, cam_layer, coarse_grad_cam, grad_cam
from pareidolia.networks import Network
from pareidolia.settings import BadNetwork, Unit, UnknownName

TARGET = ClassTarget((3, 5))


def _network(module: nn.Module, side: int, classes: int = 10) -> Network:
    names = tuple(f"class {index}" for index in range(classes))
    shape = (3, side, side)
    return Network("net", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=shape, class_names=names)


@pytest.mark.parametrize("layer", ["conv1", "conv2", "pool1", "relu2"])
def test_equal_to_captum(layer: str, network, pictures) -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    if "conv" in layer:  # in-place ReLUs overwrite what Captum hooks
        for module in network.module:
            if isinstance(module, nn.ReLU):
                module.inplace = False
    method = attr.LayerGradCam(network.module, network.module.get_submodule(layer))
    expected = method.attribute(pictures, target=[3, 5], relu_attributions=True).detach()
    found = coarse_grad_cam(network, pictures, TARGET, layer=layer)
    assert float((found - expected).abs().max() / expected.abs().max()) < 1e-5


def test_in_place_rectifiers_do_not_matter(network, pictures) -> None:
    found = coarse_grad_cam(network, pictures, TARGET, layer="conv2")
    for module in network.module:
        if isinstance(module, nn.ReLU):
            module.inplace = False
    assert torch.equal(found, coarse_grad_cam(network, pictures, TARGET, layer="conv2"))


def test_it_is_the_class_activation_map_after_average_pooling() -> None:
    """Mean pooling and a linear head: α_k = w_k / positions (Selvaraju et al. 2017, section 3.1)."""
    module = nn.Sequential(
        nn.Conv2d(3, 6, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(6, 10)
    )
    network = _network(module, 12)
    x = torch.rand(1, 3, 12, 12)
    maps = module[:2](x).detach()
    expected = (module[4].weight[4].detach().view(1, 6, 1, 1) / 100 * maps).sum(1, keepdim=True).clamp(min=0)
    torch.testing.assert_close(coarse_grad_cam(network, x, ClassTarget((4,)), layer="1"), expected)
    assert grad_cam(network, x, ClassTarget((4,)), layer="1").shape == (1, 1, 12, 12)


@pytest.mark.parametrize(
    ("name", "side", "layer"),
    [
        ("squeezenet1_1", 64, "features"),
        ("resnet18", 64, "layer4"),
        ("mobilenet_v2", 64, "features"),
        ("vit_b_16", 224, "encoder.layers.encoder_layer_11.ln_1"),
    ],
)
def test_the_layer_it_looks_at(name: str, side: int, layer: str) -> None:
    if name == "vit_b_16":
        module = models.VisionTransformer(
            side, 16, num_layers=12, num_heads=2, hidden_dim=16, mlp_dim=16, num_classes=10
        )
    else:
        module = models.get_model(name, weights=None, num_classes=10)
    assert cam_layer(_network(module, side)) == layer


def test_tokens_are_laid_out_as_the_picture() -> None:
    torch.manual_seed(2)
    module = models.VisionTransformer(32, 8, 2, 2, 16, 16, num_classes=10)
    nn.init.normal_(module.heads[0].weight)
    network = _network(module, 32)
    found = coarse_grad_cam(network, torch.rand(10, 3, 32, 32), ClassTarget(tuple(range(10))))
    assert found.shape == (10, 1, 4, 4) and (found > 0).any()


def test_what_makes_no_sense_is_said(network, pictures) -> None:
    with pytest.raises(BadNetwork, match="'head' has no rows and columns"):
        grad_cam(network, pictures, TARGET, layer="head")
    with pytest.raises(UnknownName, match="did you mean relu2"):
        grad_cam(network, pictures, TARGET, layer="relu22")
    with pytest.raises(BadNetwork, match="does not depend on layer 'relu2'"):
        grad_cam(network, pictures, UnitTarget(Unit("conv1", 2)), layer="relu2")
    flat = _network(nn.Sequential(nn.Flatten(), nn.Linear(48, 10)), 4)
    with pytest.raises(BadNetwork, match="Grad-CAM makes no sense"):
        grad_cam(flat, torch.rand(1, 3, 4, 4), ClassTarget((1,)))
