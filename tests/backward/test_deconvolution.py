"""The deconvolutional network built by hand: the lecture's drawing, switches, and equality with the rule."""

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from references import randomize, relative_error
from torch import Tensor, nn
from torchvision import models

from pareidolia.backward import (
    DeconvolutionalNetwork,
    convolution_matrix,
    deconvnet,
    max_pool_with_switches,
    transposed_convolution,
    unpool,
)
from pareidolia.settings import BadNetwork


def _convolution(weight: Tensor, **options) -> nn.Conv2d:
    kernels, channels, *size = weight.shape
    layer = nn.Conv2d(channels, kernels, size, **options)
    layer.weight = nn.Parameter(weight, requires_grad=False)
    return layer.requires_grad_(False)


def test_the_lectures_matrix() -> None:
    """4x4 input, 3x3 kernel, stride 1: the drawing's 4x16 matrix C, written out."""
    w = torch.arange(1.0, 10.0).reshape(3, 3)
    (a, b, c), (d, e, f), (g, h, i) = w.tolist()
    drawn = torch.tensor(
        [
            [a, b, c, 0, d, e, f, 0, g, h, i, 0, 0, 0, 0, 0],
            [0, a, b, c, 0, d, e, f, 0, g, h, i, 0, 0, 0, 0],
            [0, 0, 0, 0, a, b, c, 0, d, e, f, 0, g, h, i, 0],
            [0, 0, 0, 0, 0, a, b, c, 0, d, e, f, 0, g, h, i],
        ]
    )
    matrix = convolution_matrix(w, (4, 4))
    assert torch.equal(matrix, drawn)
    x, z = torch.randn(16), torch.randn(4)
    layer = _convolution(w[None, None])
    assert torch.allclose(matrix @ x, F.conv2d(x.view(1, 1, 4, 4), layer.weight).flatten(), atol=1e-5)
    back = transposed_convolution(z.view(1, 1, 2, 2), layer)
    assert back.shape == (1, 1, 4, 4)
    assert torch.allclose(matrix.T @ z, back.flatten(), atol=1e-5)


@given(st.integers(1, 4), st.integers(4, 9), st.integers(4, 9), st.integers(1, 3))
def test_transposed_convolution_is_the_transposed_matrix(
    k: int, height: int, width: int, stride: int
) -> None:
    kernel = torch.randn(k, k, dtype=torch.float64)
    matrix = convolution_matrix(kernel, (height, width), stride)
    layer = _convolution(kernel[None, None], stride=stride)
    rows, columns = (height - k) // stride + 1, (width - k) // stride + 1
    z = torch.randn(1, 1, rows, columns, dtype=torch.float64)
    back = transposed_convolution(z, layer, (height, width))
    torch.testing.assert_close(back.flatten(), matrix.T @ z.flatten())


def test_each_colour_is_a_sum_of_full_convolutions() -> None:
    """ŷ^c = Σ_k z_k ∗ f_k^c, with the full convolution written as a sum over shifted kernels."""
    weight, z = torch.randn(5, 3, 3, 3), torch.randn(1, 5, 6, 7)
    expected = torch.zeros(1, 3, 8, 9)
    for kernel in range(5):
        for row in range(6):
            for column in range(7):
                expected[0, :, row : row + 3, column : column + 3] += (
                    z[0, kernel, row, column] * weight[kernel]
                )
    torch.testing.assert_close(
        transposed_convolution(z, _convolution(weight)), expected, rtol=1e-4, atol=1e-5
    )


@settings(max_examples=60)
@given(
    st.sampled_from(
        [(1, 1, 1, 1), (3, 2, 1, 1), (5, 3, 2, 1), (3, 1, "same", 2), (2, 2, "valid", 1), (3, 2, 0, 2)]
    ),
    st.sampled_from([1, 2]),
    st.integers(9, 14),
)
def test_the_transpose_satisfies_its_definition(shape, groups: int, size: int) -> None:
    """⟨C x, z⟩ = ⟨x, Cᵀ z⟩ for every stride, padding, dilation and grouping."""
    k, stride, padding, dilation = shape
    layer = nn.Conv2d(4, 6, k, stride, padding, dilation, groups, bias=False).double().requires_grad_(False)
    x = torch.randn(2, 4, size, size + 1, dtype=torch.float64)
    forward = layer(x)
    z = torch.randn_like(forward)
    back = transposed_convolution(z, layer, tuple(x.shape[-2:]))
    torch.testing.assert_close((forward * z).sum(), (x * back).sum())


@pytest.mark.parametrize(
    ("pool", "size"),
    [
        (nn.MaxPool2d(2), 8),
        (nn.MaxPool2d(3, 2), 9),
        (nn.MaxPool2d(3, 2, ceil_mode=True), 8),
        (nn.MaxPool2d(3, 2, padding=1), 8),
        (nn.MaxPool2d(3, 1), 7),
        (nn.MaxPool2d(2, 2, dilation=2), 9),
    ],
)
def test_shared_maxima_add(pool: nn.MaxPool2d, size: int) -> None:
    x = torch.randn(2, 3, size, size + 1)
    maxima, switches = max_pool_with_switches(x, pool)
    signal = torch.randn_like(maxima)
    leaf = x.clone().requires_grad_()
    (expected,) = torch.autograd.grad(pool(leaf), leaf, signal)
    back = unpool(signal, switches, (size, size + 1))
    torch.testing.assert_close(back, expected)
    torch.testing.assert_close(back.sum(), signal.sum())


def test_a_shared_maximum_by_hand() -> None:
    x = torch.zeros(1, 1, 3, 5)
    x[0, 0, 1, 2] = 1.0  # the middle, seen by both windows
    maxima, switches = max_pool_with_switches(x, nn.MaxPool2d(3, 2))
    assert maxima.tolist() == [[[[1.0, 1.0]]]]
    back = unpool(torch.tensor([[[[2.0, 3.0]]]]), switches, (3, 5))
    assert back[0, 0, 1, 2] == 5.0 and back.sum() == 5.0


def _as_sequence(network: nn.Module) -> nn.Sequential:
    return nn.Sequential(network.features, network.avgpool, nn.Flatten(), network.classifier)


NETWORKS = {
    "vgg11": lambda: _as_sequence(models.vgg11(weights=None, num_classes=20)),
    "vgg11_bn": lambda: _as_sequence(models.vgg11_bn(weights=None, num_classes=20)),
    "alexnet": lambda: _as_sequence(models.alexnet(weights=None, num_classes=20)),
    "small": lambda: nn.Sequential(
        nn.Conv2d(3, 8, 5, 2, "valid"),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.Conv2d(8, 8, 3, padding="same", groups=2),
        nn.ReLU(inplace=True),
        nn.AvgPool2d(2),
        nn.Dropout2d(),
        nn.Flatten(),
        nn.LazyLinear(5),
    ),
}


@pytest.mark.parametrize("name", NETWORKS)
def test_it_equals_the_rule_through_autograd(name: str) -> None:
    network = NETWORKS[name]().eval()
    x = torch.randn(2, 3, 67, 64)
    network(x)
    randomize(network)
    by_hand = DeconvolutionalNetwork(network)
    output = by_hand.forward(x)
    assert torch.allclose(output, network(x), atol=1e-5)
    signal = torch.zeros_like(output)
    signal[0, 3], signal[1, 4] = output[0, 3], 1.0
    back = by_hand.back(signal)
    leaf = x.clone().requires_grad_()
    with deconvnet(network):
        (expected,) = torch.autograd.grad(network(leaf), leaf, signal)
    assert relative_error(back, expected) < 1e-5


def test_a_signal_starts_at_any_layer() -> None:
    network = randomize(
        nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()), nn.MaxPool2d(2), nn.ReLU())
    )
    by_hand = DeconvolutionalNetwork(network)
    assert by_hand.layers == ["0.0", "0.1", "1", "2"]
    x = torch.randn(1, 3, 8, 8)
    for name, depth in [("0.0", (6, 6)), ("0.1", (6, 6)), ("1", (3, 3))]:
        output = by_hand.forward(x, until=name)
        assert output.shape[-2:] == depth
        assert by_hand.back(output).shape == x.shape


def test_no_rectifier_after_the_last() -> None:
    by_hand = DeconvolutionalNetwork(nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU()))
    output = by_hand.forward(torch.randn(1, 3, 8, 8))
    assert (by_hand.back(output) < 0).any()


def test_unknown_layers_are_named() -> None:
    network = nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3), nn.GELU()))
    with pytest.raises(BadNetwork, match=r"layer '0\.1': .* knows no GELU; use the rule 'deconvnet'"):
        DeconvolutionalNetwork(network).forward(torch.randn(1, 3, 8, 8))
    with pytest.raises(BadNetwork, match="not 'reflect'"):
        by_hand = DeconvolutionalNetwork(nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, padding_mode="reflect")))
        by_hand.back(by_hand.forward(torch.randn(1, 3, 8, 8)))
