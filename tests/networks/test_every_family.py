"""Every family of torchvision's classification networks, and some of timm's, with random weights."""

import pytest
import torch

from pareidolia.networks import Network, load_network

FAMILIES = """
    alexnet convnext_tiny densenet121 efficientnet_b0 efficientnet_v2_s googlenet inception_v3 maxvit_t
    mnasnet0_5 mobilenet_v2 mobilenet_v3_small regnet_x_400mf regnet_y_400mf resnet18 resnext50_32x4d
    wide_resnet50_2 shufflenet_v2_x0_5 squeezenet1_1 swin_t swin_v2_t vgg11 vgg11_bn vit_b_32
    """.split()  # noqa: SIM905
TIMM = ("resnet10t", "convnextv2_atto", "mobilenetv4_conv_small", "vit_tiny_patch16_224", "nf_regnet_b0")


def sees_no_more_than_it_says(net: Network, layer: str) -> bool:
    """No gradient outside the receptive field's window, at the middle position of a layer."""
    field = net.layers[layer].receptive_field
    assert field is not None
    _, height, width = net.input_shape
    pictures = torch.rand(1, 3, height, width, requires_grad=True)
    activation = net.record(pictures, [layer])[layer]
    axes = (2, 3) if activation.shape[2] == activation.shape[3] else (1, 2)
    middle = [activation.shape[axis] // 2 for axis in axes]
    for axis, place in zip(reversed(axes), reversed(middle), strict=True):
        activation = activation.select(axis, place)
    (gradient,) = torch.autograd.grad(activation.sum(), pictures)
    top, left, bottom, right = field.window(*middle)
    gradient[..., max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = 0
    return not gradient.any()


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [*(f"torchvision:{each}" for each in FAMILIES), *(f"timm:{each}" for each in TIMM)]
)
def test_layers_recording_and_logits(name: str) -> None:
    if name.startswith("timm:"):
        pytest.importorskip("timm")
    net = load_network(name, "random", device="cpu")
    pictures = torch.rand(2, *net.input_shape)
    with torch.no_grad():
        assert net(pictures).shape == (2, 1000)
        recorded = net.record(pictures, net.layers)
    assert list(recorded) == list(net.layers)
    for layer, activation in recorded.items():
        assert activation.shape[1:] == net.layers[layer].shape
    assert net.style_layers and net.content_layer in net.layers
    local = [layer for layer, found in net.layers.items() if found.receptive_field and len(found.shape) == 3]
    assert local
    for layer in (local[0], local[len(local) // 3], local[len(local) * 2 // 3], local[-1]):
        assert sees_no_more_than_it_says(net, layer), layer
