"""The layers that show style and content."""

import pytest
import torch
from torch import nn

from pareidolia.networks import Network, load_network
from pareidolia.settings import BadNetwork


@pytest.mark.parametrize(
    ("name", "style", "content"),
    [
        ("torchvision:vgg19", (1, 6, 11, 20, 29), 22),  # relu1_1 ... relu5_1, relu4_2
        ("torchvision:vgg16", (1, 6, 11, 18, 25), 20),
        ("torchvision:vgg11_bn", (2, 6, 10, 17, 24), 20),
        ("torchvision:squeezenet1_0", (1, 3, 5, 8, 12), 8),
        ("torchvision:alexnet", (1, 4, 7, 9, 11), 9),
    ],
)
def test_known_networks(name: str, style: tuple[int, ...], content: int) -> None:
    net = load_network(name, "random", device="cpu")
    assert net.style_layers == tuple(f"features.{index}" for index in style)
    assert net.content_layer == f"features.{content}"


def test_retina() -> None:
    from pareidolia.networks import retina

    net = load_network("retina", "random", device="cpu")
    assert (net.style_layers, net.content_layer) == (retina.STYLE_LAYERS, retina.CONTENT_LAYER)


def test_the_rule_for_others() -> None:
    net = load_network("torchvision:resnet18", "random", device="cpu")
    assert net.style_layers == ("relu", *(f"layer{stage}.0.relu" for stage in range(1, 5)))
    assert net.content_layer == "layer3.1.relu"


def test_a_network_of_functions_gives_its_last_maps() -> None:
    net = load_network("torchvision:googlenet", "random", device="cpu")
    assert net.style_layers == ("conv1", "conv3", "inception3b", "inception4e", "inception5b")


def test_no_maps_no_style() -> None:
    module = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 4, 2))
    net = Network("flat", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 4, 4))
    assert net.style_layers == ()
    assert net(torch.rand(1, 3, 4, 4)).shape == (1, 2)
    with pytest.raises(BadNetwork, match="no layer of flat is a feature map"):
        net.content_layer  # noqa: B018
