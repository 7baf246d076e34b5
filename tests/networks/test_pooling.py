"""Average and L2 pooling in the place of max pooling."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from pareidolia.networks import load_network
from pareidolia.networks.pooling import swap_pooling
from pareidolia.settings import BadNetwork


def test_vggs_windows_agree_with_crowsonkbs_constants() -> None:
    maps = torch.randn(1, 3, 8, 8)
    for pooling, expected in {
        "average": 2 * F.avg_pool2d(maps, 2),
        "l2": 0.78 * F.lp_pool2d(maps, 2, 2),
    }.items():
        module = nn.Sequential(nn.MaxPool2d(2))
        swap_pooling(module, pooling, "small")
        assert torch.allclose(module(maps), expected, atol=1e-6)


@pytest.mark.parametrize("pooling", ["average", "l2"])
@pytest.mark.parametrize(
    "geometry", [(2, 2, 0, 1, False, True), (3, 2, 1), (3, 2, 0, 1, False, True), (3, 3, 1)]
)
def test_the_geometry_is_kept_and_edges_are_no_darker(pooling: str, geometry: tuple[int, ...]) -> None:
    pool = nn.MaxPool2d(*geometry)
    module = nn.Sequential(nn.Sequential(pool))
    swap_pooling(module, pooling, "small")
    maps = torch.full((2, 3, 10, 13), 0.5, requires_grad=True)
    pooled = module(maps)
    assert pooled.shape == pool(maps).shape
    assert torch.allclose(pooled, torch.tensor(1.0 if pooling == "average" else 0.78))


def test_l2_has_a_gradient_where_all_is_zero() -> None:
    module = nn.Sequential(nn.MaxPool2d(2))
    swap_pooling(module, "l2", "small")
    maps = torch.zeros(1, 1, 4, 4, requires_grad=True)
    module(maps).sum().backward()
    assert maps.grad is not None and torch.equal(maps.grad, torch.zeros_like(maps))


def test_only_the_pools_change() -> None:
    one, other = (
        load_network("torchvision:vgg11", "random", pooling=pooling, device="cpu")
        for pooling in ("max", "average")
    )
    assert list(one.layers) == list(other.layers)
    assert one.layers["features.20"].receptive_field == other.layers["features.20"].receptive_field
    assert one.style_layers == other.style_layers


def test_networks_without_max_pooling_say_so() -> None:
    with pytest.raises(BadNetwork, match="has no max pooling modules"):
        swap_pooling(nn.Sequential(nn.Conv2d(1, 1, 1)), "average", "small")
    with pytest.raises(BadNetwork, match="max pooling 0 of small is dilated or gives indices"):
        swap_pooling(nn.Sequential(nn.MaxPool2d(2, return_indices=True)), "l2", "small")
