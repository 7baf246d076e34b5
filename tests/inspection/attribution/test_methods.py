"""All methods alike: shapes, signs, batches, what they leave behind, what they refuse."""

import copy

import pytest
import torch
from torch import nn
from torchvision import models

from pareidolia.backward import BackwardWarning
from pareidolia.inspection import (
    METHODS,
    ClassTarget,
    SaliencySettings,
    attribute,
    find_target,
    options_for,
    project,
    rise,
    saliency_picture,
)
from pareidolia.networks import Network
from pareidolia.settings import BadNetwork, BadPicture, Unit, UnknownName

FEW = {"samples": 3, "steps": 4, "masks": 6, "window": 8, "stride": 8}
TARGET = ClassTarget((3, 5))
#: What only transformers can be explained by (`test_rollout.py`).
OF_ATTENTION = ("attention-rollout", "gradient-rollout", "legrad")
OF_ANY_NETWORK = [method for method in METHODS if method not in OF_ATTENTION]


def _quick(method: str) -> dict[str, int]:
    """Of few steps, those that the method takes."""
    return {name: value for name, value in FEW.items() if name in options_for(method).model_fields}


def _state(module: nn.Module):
    return (
        {name: value.clone() for name, value in module.state_dict().items()},
        [(each.training, len(each._forward_hooks), len(each._backward_hooks)) for each in module.modules()],
        [(parameter.requires_grad, parameter.grad) for parameter in module.parameters()],
    )


@pytest.mark.parametrize("method", OF_ANY_NETWORK)
def test_shapes_signs_and_batches(method: str, network, pictures) -> None:
    found = attribute(network, pictures, TARGET, method, **_quick(method))
    channels = 3 if METHODS[method].colored else 1
    assert found.shape == (2, channels, 24, 28)
    assert found.isfinite().all() and found.abs().max() > 0
    if not METHODS[method].signed:
        assert (found >= 0).all()
    alone = attribute(network, pictures[1:], TARGET.one(1), method, **_quick(method))
    torch.testing.assert_close(alone, found[1:], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("method", [*OF_ANY_NETWORK, "project"])
def test_the_network_is_left_as_it_was(method: str, training: bool, network, pictures) -> None:
    module = network.module.requires_grad_(True)
    module.train(training)
    module[0].weight.grad = torch.ones_like(module[0].weight)
    weights, modules, gradients = _state(module)
    given = pictures.clone()
    if method == "project":
        project(network, pictures[:1], "relu2", ["strongest"])
    else:
        attribute(network, pictures, TARGET, method, **_quick(method))
    after = _state(module)
    assert all(torch.equal(weights[name], after[0][name]) for name in weights)
    assert modules == after[1]
    assert all(
        one[0] == other[0] and one[1] is other[1] for one, other in zip(gradients, after[2], strict=True)
    )
    assert torch.equal(pictures, given) and not pictures.requires_grad


@pytest.mark.parametrize("method", METHODS)
def test_also_after_an_error(method: str, network, pictures) -> None:
    _, modules, _ = _state(network.module)

    class Broken:
        def __call__(self, network, pictures) -> torch.Tensor:
            network(pictures)
            raise ZeroDivisionError

        def one(self, index: int) -> "Broken":
            return self

    explains_classes_alone = method in ("finer-cam", "legrad")
    with pytest.raises(BadNetwork if explains_classes_alone else ZeroDivisionError):
        attribute(network, pictures, Broken(), method, **_quick(method))
    assert _state(network.module)[1] == modules
    x = torch.randn(3, requires_grad=True)
    assert torch.autograd.grad(x.relu().sum(), x)[0].equal((x > 0).float())


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("method", OF_ATTENTION)
def test_a_transformer_is_left_as_it_was(method: str, training: bool) -> None:
    module = models.VisionTransformer(32, 8, 2, 2, 16, 16, num_classes=10).train(training)
    network = Network.of(module, input_shape=(3, 32, 32))
    weights, modules, gradients = _state(network.module)
    pictures = torch.rand(2, 3, 32, 32)
    alone = [attribute(network, pictures[i : i + 1], TARGET.one(i), method) for i in (0, 1)]
    torch.testing.assert_close(attribute(network, pictures, TARGET, method), torch.cat(alone))
    after = _state(network.module)
    assert all(torch.equal(weights[name], after[0][name]) for name in weights)
    assert (modules, gradients) == after[1:] and module.training == training
    with pytest.raises(BadNetwork):
        attribute(nn.Sequential(nn.Conv2d(3, 2, 3), nn.Flatten()), pictures, 1, method)


def test_all_methods_are_those_that_suit_the_network(network, pictures) -> None:
    options = {"masks": 4, "samples": 2, "steps": 2, "window": 8, "stride": 8, "channels": 2}
    found = saliency_picture(pictures, SaliencySettings(methods=("all",), **options), network)
    assert [list(maps) for maps in found.maps] == [OF_ANY_NETWORK] * 2
    assert "left out, as toy does not suit them: attention-rollout, gradient-rollout, legrad" in found.caption
    with pytest.raises(BadNetwork, match="for transformers"):
        saliency_picture(pictures[:1], SaliencySettings(methods=("all", "legrad"), **options), network)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_on_a_vision_transformer(method: str) -> None:
    torch.manual_seed(2)
    module = models.VisionTransformer(32, 8, 2, 2, 16, 16, num_classes=10)
    nn.init.normal_(module.heads[0].weight)
    network = Network("vit", module, mean=(0.5,) * 3, std=(0.5,) * 3, input_shape=(3, 32, 32))
    x = torch.rand(1, 3, 32, 32)
    target = find_target("7", network, x)
    if METHODS[method].colored:  # the rules were made for rectifiers, and say so
        with pytest.warns(BackwardWarning, match="attention"):
            found = attribute(network, x, target, method, **_quick(method))
    else:
        found = attribute(network, x, target, method, **_quick(method))
    assert found.shape[-2:] == (32, 32) and found.abs().max() > 0


def test_a_wrong_method_names_the_nearest(network, pictures) -> None:
    with pytest.raises(UnknownName, match="did you mean grad-cam"):
        attribute(network, pictures, TARGET, "gradcam")


@pytest.mark.parametrize("wrap", [lambda y: (y, y), lambda y: {"logits": y}], ids=["tuple", "dict"])
def test_networks_that_return_several_things(wrap, network, pictures) -> None:
    class Wrapped(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = network.module

        def forward(self, x: torch.Tensor):
            return wrap(self.inner(x))

    wrapped = Network("wrapped", Wrapped(), mean=network.mean, std=network.std, input_shape=(3, 24, 24))
    for method in ("gradient", "guided-backpropagation", "grad-cam", "occlusion"):
        expected = attribute(network, pictures, TARGET, method, **_quick(method))
        assert torch.equal(attribute(wrapped, pictures, TARGET, method, **_quick(method)), expected)


def test_a_picture_smaller_than_the_network_accepts() -> None:
    module = models.vgg11(weights=None, num_classes=10).features
    network = Network("vgg", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 64, 64))
    with pytest.raises(BadPicture, match="cannot look at a picture of 8x8"):
        attribute(network, torch.rand(1, 3, 8, 8), ClassTarget((0,)), "gradient")


def test_half_precision_weights(network, pictures) -> None:
    half = copy.deepcopy(network)
    half.module.half()
    for method in ("gradient", "guided-backpropagation", "occlusion", "grad-cam"):
        expected = attribute(network, pictures, TARGET, method, **_quick(method))
        found = attribute(half, pictures, TARGET, method, **_quick(method)).float()
        assert torch.nn.functional.cosine_similarity(found.flatten(), expected.flatten(), dim=0) > 0.98


def test_a_network_without_classes_says_so(pictures) -> None:
    module = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    network = Network("maps", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 24, 24))
    with pytest.raises(BadNetwork, match="it has no classes"):
        find_target("3", network, pictures)
    strongest = int(module(pictures).mean((0, 2, 3)).argmax())
    assert find_target("top", network, pictures).unit == Unit("1", strongest)
    assert rise(network, pictures, find_target("1:2", network, pictures), masks=4).shape == (2, 1, 24, 28)
