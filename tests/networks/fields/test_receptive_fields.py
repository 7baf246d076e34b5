"""Receptive fields, against gradients and against what is known of famous networks."""

import pytest
import torch
from hypothesis import given, settings
from tests.networks.small_networks import ChannelsLast, Functional, made_positive, small_networks
from torch import Tensor, nn

from pareidolia.networks import Network, load_network

SIZE = 40


def network(module: nn.Module, height: int = SIZE, width: int = SIZE) -> Network:
    return Network("small", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, height, width))


def seen_by(net: Network, layer: str, row: int, column: int) -> Tensor:
    """Which pixels, H×W, move one position of a layer: where its gradient is not zero."""
    _, height, width = net.input_shape
    pictures = torch.rand(1, 3, height, width).requires_grad_()
    net.record(pictures, [layer])[layer][0, :, row, column].sum().backward()
    assert pictures.grad is not None
    return pictures.grad[0].abs().sum(0) > 0


def predicted(net: Network, layer: str, row: int, column: int) -> Tensor:
    """The receptive field's window on the picture, H×W."""
    field = net.layers[layer].receptive_field
    assert field is not None
    top, left, bottom, right = field.window(row, column)
    _, height, width = net.input_shape
    inside = torch.zeros(height, width, dtype=torch.bool)
    inside[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)] = True
    return inside


def dense_box(mask: Tensor) -> Tensor:
    """The bounding box of a mask: dilation leaves holes in what is seen."""
    box = torch.zeros_like(mask)
    rows, columns = mask.any(1).nonzero().flatten(), mask.any(0).nonzero().flatten()
    if len(rows):
        box[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = True
    return box


@settings(max_examples=40, deadline=None)
@given(small_networks())
def test_windows_are_what_gradients_see(module: nn.Sequential) -> None:
    net = network(made_positive(module))
    for name, layer in net.layers.items():
        _, rows, columns = layer.shape
        row, column = rows // 2, columns // 2
        assert torch.equal(dense_box(seen_by(net, name, row, column)), predicted(net, name, row, column))


@pytest.mark.parametrize(("module", "layer"), [(ChannelsLast(), "linear"), (ChannelsLast(), "block")])
def test_channels_last_blocks_stay_local(module: nn.Module, layer: str) -> None:
    field = network(made_positive(module)).layers[layer].receptive_field
    assert field is not None
    assert (field.size, field.stride, field.start) == ((6, 6), (2, 2), (-2, -2))


def test_functions_count_as_modules_do() -> None:
    class WithEnd(nn.Sequential):
        pass

    net = network(WithEnd(Functional(), nn.Identity()))
    field = net.layers["1"].receptive_field
    # conv 5/2 pad 2: 5, 2, -2; max 3/2: 9, 4, -2; pad left 1 and top 2: starts -6, -10;
    # conv 3 dilated 2 "same": 25, 4, -14 and -18; mean of 2: 29, 8
    assert field is not None
    assert (field.size, field.stride, field.start) == ((29, 29), (8, 8), (-18, -14))


@pytest.mark.parametrize(
    "tail",
    [
        nn.AdaptiveAvgPool2d(1),
        nn.Sequential(nn.Flatten(), nn.Linear(4 * 8 * 8, 3)),
        nn.Linear(8, 8),
        nn.GroupNorm(2, 4),
        nn.Upsample(scale_factor=2),
        nn.Softmax(dim=-1),
        nn.LayerNorm([8, 8]),
        nn.AdaptiveAvgPool2d(3),
    ],
)
def test_what_mixes_positions_sees_everything(tail: nn.Module) -> None:
    net = network(nn.Sequential(nn.Conv2d(3, 4, 1), tail), 8, 8)
    assert net.layers["0"].receptive_field is not None
    assert net.layers["1"].receptive_field is None


def test_softmax_over_channels_and_even_adaptive_pools_are_local() -> None:
    net = network(nn.Sequential(nn.Conv2d(3, 4, 1), nn.Softmax(dim=1), nn.AdaptiveAvgPool2d(4)), 8, 8)
    softmax, pool = (net.layers[name].receptive_field for name in "12")
    assert softmax is not None and pool is not None
    assert (softmax.size, pool.size, pool.stride) == ((1, 1), (2, 2), (2, 2))


@pytest.mark.parametrize(
    ("name", "layer", "size", "stride"),
    [
        ("torchvision:vgg19", "features.35", 252, 16),  # conv5_4
        ("torchvision:vgg19", "features.36", 268, 32),  # pool5
        ("torchvision:alexnet", "features.12", 195, 32),
        ("torchvision:squeezenet1_0", "features.12", 155, 16),
        ("torchvision:resnet18", "layer4", 435, 32),
        ("torchvision:mobilenet_v2", "features.18", 491, 32),
    ],
)
def test_famous_networks(name: str, layer: str, size: int, stride: int) -> None:
    field = load_network(name, "random", device="cpu").layers[layer].receptive_field
    assert field is not None
    assert (field.size, field.stride) == ((size, size), (stride, stride))
