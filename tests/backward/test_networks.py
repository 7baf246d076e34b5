"""Exact on real architectures: against Captum where Captum is right, against tensor hooks everywhere."""

import warnings

import pytest
import torch
from references import hooked, randomize, relative_error, sent_back
from torch import Tensor, nn
from torchvision import models

from pareidolia.backward import BACKWARD_RULES

RULES = ["gradient", "deconvnet", "guided"]
# One small member of every family of torchvision's classifiers, and the side that it takes here.
FAMILIES = {
    "alexnet": 96,
    "vgg11": 64,
    "vgg11_bn": 64,
    "squeezenet1_0": 64,
    "squeezenet1_1": 64,
    "resnet18": 64,
    "resnet50": 64,
    "resnext50_32x4d": 64,
    "wide_resnet50_2": 64,
    "densenet121": 64,
    "googlenet": 64,
    "inception_v3": 96,
    "mobilenet_v2": 64,
    "mobilenet_v3_small": 64,
    "mnasnet0_5": 64,
    "shufflenet_v2_x0_5": 64,
    "efficientnet_b0": 64,
    "efficientnet_v2_s": 64,
    "regnet_x_400mf": 64,
    "regnet_y_400mf": 64,
    "convnext_tiny": 64,
    "vit_b_16": 224,
    "swin_t": 64,
    "swin_v2_t": 64,
    "maxvit_t": 224,
}
QUICK = {
    "squeezenet1_0",
    "resnet18",
    "densenet121",
    "googlenet",
    "mobilenet_v2",
    "shufflenet_v2_x0_5",
    "efficientnet_b0",
    "convnext_tiny",
}
TIMM = {
    "resnet18": 64,
    "mobilenetv2_050": 64,
    "mobilenetv3_small_050": 64,
    "efficientnet_b0": 64,
    "convnext_atto": 64,
    "convnextv2_atto": 64,
    "densenet121": 64,
    "inception_v3": 96,
    "vit_tiny_patch16_224": 224,
    "repvgg_a0": 64,
}
TIMM_QUICK = {"mobilenetv3_small_050", "convnext_atto"}


def _marked(families: dict[str, int], quick: set[str]) -> list:
    return [pytest.param(name, marks=() if name in quick else pytest.mark.slow) for name in families]


def _compare_with_hooks(network: nn.Module, size: int) -> None:
    randomize(network)
    pictures = torch.randn(1, 3, size, size)
    top = int(network(pictures).argmax())
    for rule in RULES:
        with warnings.catch_warnings(), BACKWARD_RULES[rule](network):
            warnings.simplefilter("error")  # no family may be half seen
            warnings.filterwarnings("ignore", "attention keeps its plain gradient")
            result = sent_back(network, pictures, target=top)
        if rule == "gradient":
            plain = sent_back(network, pictures, target=top)
            # On some processors torch's gradients repeat themselves to the bit on one thread only.
            assert torch.equal(result, plain)
            continue
        with hooked(rule):
            expected = sent_back(network, pictures, target=top)
        assert relative_error(result, expected) < 1e-5
        assert relative_error(plain, expected) > 1e-2, "this network would not notice a missing rule"


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", _marked(FAMILIES, QUICK))
def test_every_torchvision_family_against_tensor_hooks(name: str) -> None:
    extra = {"init_weights": True} if name in ("googlenet", "inception_v3") else {}
    _compare_with_hooks(models.get_model(name, weights=None, num_classes=20, **extra), FAMILIES[name])


def test_the_list_of_families_is_whole() -> None:
    def family(name: str) -> str:
        return getattr(models, name).__module__.rsplit(".", 1)[-1]

    listed = {family(name) for name in models.list_models(module=models)}
    assert {family(name) for name in FAMILIES} == listed


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("name", _marked(TIMM, TIMM_QUICK))
def test_timms_networks_against_tensor_hooks(name: str) -> None:
    timm = pytest.importorskip("timm", reason="timm is not installed")
    _compare_with_hooks(timm.create_model(name, pretrained=False, num_classes=20), TIMM[name])


@pytest.mark.parametrize("name", ["squeezenet1_0", "resnet18", "vgg11", "alexnet"])
@pytest.mark.parametrize("rule", RULES)
def test_equal_to_captum_where_captum_is_right(name: str, rule: str) -> None:
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    network = randomize(models.get_model(name, weights=None, num_classes=20))
    pictures = torch.randn(2, 3, 80, 80)
    method = {"gradient": attr.Saliency, "deconvnet": attr.Deconvolution, "guided": attr.GuidedBackprop}[rule]
    options = {"abs": False} if rule == "gradient" else {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = method(network).attribute(pictures.clone().requires_grad_(), target=3, **options)
    with BACKWARD_RULES[rule](network):
        assert relative_error(sent_back(network, pictures, target=3), expected) < 1e-5


@pytest.mark.parametrize("rule", RULES)
def test_densenets_modules_equal_captum(rule: str) -> None:
    """One dense block with its transition: its rectifiers are modules, so Captum is right there."""
    attr = pytest.importorskip("captum.attr", reason="captum is not installed")
    features = models.densenet121(weights=None).features
    network = randomize(nn.Sequential(features.denseblock1, features.transition1, nn.Flatten()))
    method = {"gradient": attr.Saliency, "deconvnet": attr.Deconvolution, "guided": attr.GuidedBackprop}[rule]
    options = {"abs": False} if rule == "gradient" else {}
    inputs: Tensor = torch.randn(1, 64, 8, 8)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = method(network).attribute(inputs.clone().requires_grad_(), target=3, **options)
    with BACKWARD_RULES[rule](network):
        assert relative_error(sent_back(network, inputs, target=3), expected) < 1e-5
