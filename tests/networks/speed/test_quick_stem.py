"""Thin strided convolutions: the same values to the bit, the same gradient up to rounding."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from pareidolia.networks.speed.quick_stem import quick_stem


@settings(max_examples=30, deadline=None)
@given(
    kernel=st.integers(2, 7),
    stride=st.integers(2, 4),
    padding=st.integers(0, 3),
    channels=st.integers(1, 4),
    side=st.tuples(st.integers(9, 17), st.integers(9, 17)),
    seed=st.integers(0, 1000),
)
def test_the_gradient_is_that_of_torch(kernel, stride, padding, channels, side, seed):
    generator = torch.Generator().manual_seed(seed)
    convolution = nn.Conv2d(channels, 5, kernel, stride, padding).double().requires_grad_(False)
    picture = torch.rand((2, channels, *side), generator=generator).double().requires_grad_()
    expected = convolution(picture)
    signal = torch.randn(expected.shape, generator=generator).double()
    (plain,) = torch.autograd.grad(expected, picture, signal)
    with quick_stem():
        found = convolution(picture)
        (gradient,) = torch.autograd.grad(found, picture, signal)
    assert torch.equal(found, expected)
    torch.testing.assert_close(gradient, plain, rtol=1e-12, atol=1e-12)


def made(**options) -> nn.Conv2d:
    return nn.Conv2d(**{"in_channels": 3, "out_channels": 4, "kernel_size": 3, "stride": 2, **options})


def node(convolution, pictures):
    with quick_stem():
        return type(convolution(pictures).grad_fn).__name__


def test_it_is_what_runs_where_it_may():
    pictures = torch.rand(1, 3, 9, 9, requires_grad=True)
    assert "_Thin" in node(made().requires_grad_(False), pictures)


@pytest.mark.parametrize(
    "options",
    [
        {"stride": 1},
        {"stride": (2, 1)},
        {"kernel_size": (3, 2)},
        {"padding": "valid"},
        {"dilation": 2},
        {"groups": 3, "out_channels": 6},
        {"kernel_size": 1},
        {"in_channels": 5},
    ],
)
def test_everything_else_is_left_to_torch(options):
    convolution = made(**options).requires_grad_(False)
    pictures = torch.rand(1, convolution.in_channels, 9, 9, requires_grad=True)
    assert "Convolution" in node(convolution, pictures)


def test_weights_that_learn_are_left_to_torch():
    assert "Convolution" in node(made(), torch.rand(1, 3, 9, 9, requires_grad=True))
