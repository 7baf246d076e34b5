"""Quick max pooling: bit by bit what torch gives, also where maxima are shared or no numbers."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from pareidolia.networks.speed.quick_pooling import quick_pooling


def values_and_gradient(pool, maps):
    leaf = maps.clone().requires_grad_()
    pooled = pool(leaf)
    signal = torch.randn(pooled.shape, generator=torch.Generator().manual_seed(1))
    (gradient,) = torch.autograd.grad(pooled, leaf, signal)
    return pooled.detach(), gradient


@settings(max_examples=25, deadline=None)
@given(
    kernel=st.integers(1, 4),
    stride=st.one_of(st.none(), st.integers(1, 3)),
    ceil=st.booleans(),
    side=st.tuples(st.integers(8, 13), st.integers(8, 13)),
    seed=st.integers(0, 1000),
)
def test_the_same_bits_with_shared_maxima(kernel, stride, ceil, side, seed):
    generator = torch.Generator().manual_seed(seed)
    maps = torch.randint(0, 3, (2, 5, *side), generator=generator).float()
    pool = nn.MaxPool2d(kernel, stride, padding=kernel // 2, ceil_mode=ceil)
    expected = values_and_gradient(pool, maps)
    with quick_pooling():
        found = values_and_gradient(pool, maps)
    assert all(map(torch.equal, found, expected))
    assert found[0].is_contiguous()


def test_no_numbers_spread_alike():
    maps = torch.zeros(1, 4, 6, 6)
    maps[0, 1, 2, 3] = torch.nan
    expected = F.max_pool2d(maps, 3, 2)
    with quick_pooling():
        found = F.max_pool2d(maps, 3, 2)
    assert torch.equal(found.isnan(), expected.isnan()) and found.isnan().any()


@pytest.mark.parametrize("name", ["function", "torch", "dilated", "indices", "unbatched"])
def test_every_way_to_call_it(name):
    maps = torch.rand(1, 4, 9, 9, generator=torch.Generator().manual_seed(0))
    calls = {
        "function": lambda: F.max_pool2d(maps, (3, 2), stride=(2, 1)),
        "torch": lambda: torch.max_pool2d(maps, 3, 2, 1),
        "dilated": lambda: F.max_pool2d(maps, 2, 1, 0, 2),
        "indices": lambda: F.max_pool2d(maps, 3, 2, return_indices=True)[1],
        "unbatched": lambda: F.max_pool2d(maps[0], 3, 2),
    }
    expected = calls[name]()
    with quick_pooling():
        assert torch.equal(calls[name](), expected)


def test_it_is_what_runs():
    """Otherwise the other tests would compare torch with itself."""
    maps = torch.rand(1, 4, 9, 9, requires_grad=True)
    with quick_pooling():
        pooled = nn.MaxPool2d(3)(maps)
    assert "_MaxPool" in pooled.grad_fn.name()
