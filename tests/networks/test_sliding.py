"""Networks of one size on pictures of any: windows that are moved over them and joined."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torchvision import models

from pareidolia.networks import Network
from pareidolia.networks.sliding import SlidingWindows, common_grid
from pareidolia.settings import BadPicture

SIDES = st.integers(8, 90)


@settings(max_examples=30, deadline=None)
@given(SIDES, SIDES, st.sampled_from([(8, 8), (16, 8), (32, 32)]))
def test_windows_cover_a_picture_and_join_to_what_it_is(
    height: int, width: int, side: tuple[int, int]
) -> None:
    windows = SlidingWindows(side, (height, width), (4, 4))
    picture = torch.rand(2, 3, height, width)
    cut = windows.cut(picture)
    assert cut.shape == (2 * len(windows), 3, *side)
    joined = windows.joined(cut)  # maps as fine as the pictures
    scale = max(1.0, side[0] / height, side[1] / width)
    assert joined.shape[2:] == (max(side[0], round(height * scale)), max(side[1], round(width * scale)))
    if scale == 1:
        torch.testing.assert_close(joined, picture)
    coarse = windows.joined(nn.functional.avg_pool2d(cut, 4))
    assert coarse.shape[2:] == tuple(-(-length // 4) for length in joined.shape[2:])
    if scale == 1 and not height % 4 and not width % 4:
        torch.testing.assert_close(coarse, nn.functional.avg_pool2d(picture, 4))


def test_the_common_grid_of_several_maps() -> None:
    assert common_grid((224, 224), [(56, 56), (14, 14), (7, 7), (13, 13)]) == (32, 32)
    assert common_grid((28, 28), [(24, 24), (12, 12)]) == (1, 1)
    assert common_grid((28, 20), []) == (1, 1)


def vit() -> Network:
    torch.manual_seed(0)
    module = models.VisionTransformer(32, 8, 1, 2, 16, 16, num_classes=5)
    nn.init.normal_(module.heads[0].weight)
    return Network("vit", module, mean=(0.5,) * 3, std=(0.5,) * 3, input_shape=(3, 32, 32))


@pytest.mark.parametrize(
    ("size", "grid"), [((32, 32), (4, 4)), ((64, 32), (8, 4)), ((50, 70), (7, 9)), ((16, 16), (4, 4))]
)
def test_a_transformer_looks_at_any_size(size: tuple[int, int], grid: tuple[int, int]) -> None:
    network = vit()
    picture = torch.rand(2, 3, *size, requires_grad=True)
    maps = network.record(picture, "encoder.ln")["encoder.ln"]
    assert maps.shape == (2, 16, *grid) and network(picture).shape == (2, 5)
    maps.square().sum().backward()
    assert picture.grad is not None and picture.grad.abs().sum(1).amin() > 0
    assert network.one_size and network.accepts((32, 32)) and not network.accepts((40, 32))


def test_what_a_window_shows_is_what_the_network_sees_in_it() -> None:
    network = vit()
    left, right = torch.rand(2, 1, 3, 32, 32)
    beside = torch.cat([left, torch.rand(1, 3, 32, 64), right], dim=3)
    with torch.no_grad():
        maps = network.record(beside, "encoder.ln")["encoder.ln"]
        ends = [network.record(each, "encoder.ln")["encoder.ln"] for each in (left, right)]
        logits, windows = network(beside), network._windows((32, 128))
        alone = network(windows.cut(beside))
    torch.testing.assert_close(maps[..., :2], ends[0][..., :2])
    torch.testing.assert_close(maps[..., -2:], ends[1][..., -2:])
    torch.testing.assert_close(logits, alone.mean(0, keepdim=True))


class OfMultiples(nn.Module):
    """Takes sizes that are multiples of 16."""

    def __init__(self) -> None:
        super().__init__()
        self.patches, self.head = nn.Conv2d(3, 4, 8, 8), nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        if x.shape[2] % 16 or x.shape[3] % 16:
            raise ValueError("no multiple of 16")
        return self.head(self.patches(x).mean((2, 3)))


def test_a_network_of_some_sizes_looks_as_it_can() -> None:
    network = Network.of(OfMultiples(), input_shape=(3, 32, 32))
    assert network.one_size and network.accepts((48, 64))
    picture = torch.rand(1, 3, 48, 48)
    torch.testing.assert_close(network(picture), network.module(network.prepare(picture)))
    assert network.record(torch.rand(1, 3, 50, 41), "patches")["patches"].shape == (1, 4, 7, 6)


def test_a_network_of_any_size_refuses_what_is_too_small() -> None:
    module = nn.Sequential(nn.Conv2d(3, 2, 5), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    network = Network.of(module, input_shape=(3, 16, 16))
    assert not network.one_size
    with pytest.raises(BadPicture, match="made for 16x16 pixels, cannot look at a picture of 2x3"):
        network(torch.rand(1, 3, 3, 2))
