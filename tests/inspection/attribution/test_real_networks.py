"""Known architectures against Captum, and a trained network on a real photo."""

import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from torchvision import models

from pareidolia import load_network
from pareidolia.inspection import (
    ClassTarget,
    UnitTarget,
    attribute,
    coarse_grad_cam,
    find_target,
    frame,
    grad_cam,
    integrated_gradients,
    occlusion,
    rise,
    send_back,
)
from pareidolia.networks import Network
from pareidolia.pictures import open_picture
from pareidolia.settings import Unit

SQUEEZENET = Path(__file__).parents[3] / "shared/weights/squeezenet1_0.safetensors"
CAM_LAYERS = {"squeezenet1_0": "features.9", "resnet18": "layer4", "vgg11": "features.20"}


def _relative(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).abs().max() / other.abs().max())


@pytest.mark.parametrize(
    "name", ["squeezenet1_0", *(pytest.param(each, marks=pytest.mark.slow) for each in ("resnet18", "vgg11"))]
)
def test_equal_to_captum(name: str) -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    module = models.get_model(name, weights=None, num_classes=20).eval()
    for each in module.modules():
        if isinstance(each, torch.nn.BatchNorm2d):
            each.running_mean.normal_(0, 0.1)
            each.running_var.uniform_(0.5, 1.5)
    network = Network(name, module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 80, 80))
    x = torch.rand(1, 3, 80, 80)
    top = int(module(x).argmax())
    target = ClassTarget((top,))
    expected = attr.IntegratedGradients(module).attribute(x, target=top, n_steps=6)
    assert _relative(integrated_gradients(network, x, target, steps=6).maps, expected) < 1e-5
    layer = CAM_LAYERS[name]
    cam = attr.LayerGradCam(module, module.get_submodule(layer))
    expected = cam.attribute(x, target=top, relu_attributions=True).detach()
    assert _relative(coarse_grad_cam(network, x, target, layer=layer), expected) < 1e-5
    expected = attr.Occlusion(module).attribute(x, (3, 30, 30), (3, 20, 20), target=top, baselines=0.5)
    found = occlusion(network, x, target, window=30, stride=20)
    # Falls are differences of scores, whose rounding is relative to the score.
    scale = max(float(expected.abs().max()), float(target(network, x).detach().abs()))
    assert float((found - expected[:, :1]).abs().max()) < 1e-5 * scale


@pytest.fixture
def squeezenet() -> Network:
    if not SQUEEZENET.exists():
        pytest.skip("the trained SqueezeNet is not here (../shared/weights)")
    return load_network("torchvision:squeezenet1_0", str(SQUEEZENET), device="cpu")


def test_a_cat_is_seen_where_the_cat_is(squeezenet) -> None:
    photo = open_picture("sample:chelsea")
    picture = frame(squeezenet, photo)
    target = find_target("top", squeezenet, picture)
    assert target == find_target("Egyptian cat", squeezenet, picture)
    for found in (
        grad_cam(squeezenet, picture, target),
        rise(squeezenet, picture, target, masks=60),
        occlusion(squeezenet, picture, target, window=60, stride=30),
        send_back(squeezenet, picture, target).abs().amax(1, keepdim=True),
    ):
        assert found.shape == (1, 1, 224, 337)
        # The face fills the left two thirds; at the right there is a blurred room.
        assert found[..., :224].mean() > found[..., 224:].mean()


@pytest.mark.parametrize("rule", ["gradient", "guided", "deconvnet"])
def test_trained_squeezenet_equals_captum(rule: str, squeezenet) -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    names = {"gradient": "Saliency", "guided": "GuidedBackprop", "deconvnet": "Deconvolution"}
    picture = open_picture("sample:chelsea", size=227)
    # A unit in the middle: from a class, deconvnet's signal dies on the way down this network.
    trunk = squeezenet.module.features[:8]
    channel, row, column = np.unravel_index(int(trunk(squeezenet.prepare(picture)).argmax()), (256, 18, 27))
    unit = (int(channel), int(row), int(column))
    inputs = squeezenet.prepare(picture)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        options = {"abs": False} if rule == "gradient" else {}
        method = getattr(attr, names[rule])(trunk)
        expected = method.attribute(inputs.requires_grad_(), target=unit, **options)
    std = torch.tensor(squeezenet.std).view(1, 3, 1, 1)
    target = UnitTarget(Unit("features.7", unit[0], unit[1:]))
    found = send_back(squeezenet, picture, target, rule=rule)
    assert _relative(found, expected / std) < 1e-5


FAMILIES = {
    **dict.fromkeys(("resnet18", "vgg11_bn", "squeezenet1_1", "mobilenet_v2", "mobilenet_v3_small"), 64),
    **dict.fromkeys(("densenet121", "efficientnet_b0", "shufflenet_v2_x0_5", "mnasnet0_5"), 64),
    **dict.fromkeys(("regnet_y_400mf", "convnext_tiny", "swin_t", "googlenet", "maxvit_t", "alexnet"), 224),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", FAMILIES)
def test_the_families_of_torchvision_without_a_reshape_function(name: str) -> None:
    options = {"init_weights": True} if name == "googlenet" else {}
    module = models.get_model(name, weights=None, num_classes=10, **options)
    network = Network.of(module, input_shape=(3, FAMILIES[name], FAMILIES[name]))
    x = torch.rand(1, 3, FAMILIES[name], FAMILIES[name])
    for method in ("grad-cam++", "hires-cam", "layer-cam", "eigen-cam", "full-grad", "deep-lift"):
        found = attribute(network, x, 3, method)
        assert found.shape == (1, 1, *x.shape[2:]) and found.isfinite().all()
        assert found.std() > 0 or method == "hires-cam"  # which may be negative throughout
