"""Kernels as pictures: their scale, their colours, their places."""

import pytest
import torch
from torch import nn

from pareidolia.inspection.filters import FiltersSettings, filters_sheet, find_kernels
from pareidolia.inspection.filters.showing import shown
from pareidolia.networks import Network
from pareidolia.settings import BadNetwork, PareidoliaError, UnknownName


def network(module: nn.Module, channels: int = 3, side: int = 16, std: float = 1.0) -> Network:
    numbers = {"mean": (0.5,) * channels, "std": tuple(std * (1 + k) for k in range(channels))}
    return Network("own", module, input_shape=(channels, side, side), **numbers)


def plain() -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(3, 6, 5), nn.ReLU(), nn.Conv2d(6, 8, 3), nn.Conv2d(8, 8, 3, groups=4))


def test_the_first_kernels_are_those_of_the_pixels() -> None:
    """What the network answers to a picture is the found kernel's own product with it, up to a constant."""
    seen = network(plain(), std=0.2)
    kernels = find_kernels(seen)
    assert kernels.layer == "0" and kernels.sees_pixels
    one, two = torch.rand(2, 1, 3, 5, 5, generator=torch.Generator().manual_seed(0))
    answers = [seen.record(each, ["0"])["0"][0, :, 0, 0] for each in (one, two)]
    products = [(kernels.weights * each).sum(dim=(1, 2, 3)) for each in (one, two)]
    assert torch.allclose(answers[0] - answers[1], products[0] - products[1], atol=1e-4)


def test_a_first_fully_connected_layer_has_kernels_as_large_as_the_picture() -> None:
    seen = network(nn.Sequential(nn.Flatten(), nn.Linear(64, 5)), channels=1, side=8)
    kernels = find_kernels(seen)
    assert kernels.weights.shape == (5, 1, 8, 8)
    assert torch.equal(kernels.weights[3].flatten(), seen.module[1].weight[3])
    assert "5 kernels of 8x8" in filters_sheet(network=seen).caption


def test_zero_is_mid_grey_and_both_signs_share_a_scale() -> None:
    weights = torch.tensor([[-2.0, 0, 1], [0.5, 0, -0.25], [0, 0, 0]]).view(3, 1, 1, 3)
    each, shared = (shown(weights, scale).flatten(1) for scale in ("each", "shared"))
    assert each.tolist() == [[0, 0.5, 0.75], [1, 0.5, 0.25], [0.5, 0.5, 0.5]]
    assert shared.tolist() == [[0, 0.5, 0.75], [0.625, 0.5, 0.4375], [0.5, 0.5, 0.5]]


def test_a_weight_is_a_square_of_its_colour_on_the_sheet() -> None:
    module = plain()
    with torch.no_grad():
        module[0].weight.zero_()
        module[0].weight[2, 0, 0, 0] = 3.0  # red, upper left
    picture = filters_sheet(FiltersSettings(units=("2",), magnify=7), network(module)).picture
    red = (picture[0] - torch.tensor([1, 0.5, 0.5]).view(3, 1, 1)).abs().amax(dim=0) < 1e-6
    rows, columns = torch.nonzero(red).T
    assert int(red.sum()) == 49 and int(rows.max() - rows.min()) == int(columns.max() - columns.min()) == 6
    gray = ((picture[0] - 0.5).abs().amax(dim=0) < 1e-6).sum()
    assert int(gray) == 49 * 24


def test_deeper_layers_by_channel_and_groups_by_their_own_inputs() -> None:
    seen = network(plain())
    made = filters_sheet(FiltersSettings(layer="2", units=("0-3",), inputs=("1,5",)), seen)
    assert "4 of 8 units by 2 of 6 inputs" in made.caption
    kernels = find_kernels(seen, "3")
    assert not kernels.sees_pixels and kernels.weights.shape == (8, 2, 3, 3)
    answer = seen.module[3].weight
    sources = [[kernels.input_channel(unit, channel) for channel in range(2)] for unit in range(8)]
    assert sources == [[2 * (unit // 2), 2 * (unit // 2) + 1] for unit in range(8)]
    assert torch.equal(kernels.weights, answer)
    assert "of 2 inputs" in filters_sheet(FiltersSettings(layer="3"), seen).caption


def test_depthwise_kernels_are_one_picture_each() -> None:
    seen = network(nn.Sequential(nn.Conv2d(3, 4, 1), nn.Conv2d(4, 8, 3, groups=4)))
    assert "8 kernels of 3x3" in filters_sheet(FiltersSettings(layer="1"), seen).caption


def test_refusals() -> None:
    seen = network(plain())
    with pytest.raises(BadNetwork, match=r"ReLU, has no kernels.*convolutions are 0, 2, 3"):
        find_kernels(seen, "1")
    with pytest.raises(UnknownName, match="no layer '9'"):
        find_kernels(seen, "9")
    with pytest.raises(PareidoliaError, match="layer '0' has channels 0 to 5, there is no channel 6"):
        filters_sheet(FiltersSettings(units=("0-6",)), seen)
    with pytest.raises(PareidoliaError, match="layer '2' has inputs 0 to 5, there is no input 6"):
        filters_sheet(FiltersSettings(layer="2", inputs=("6",)), seen)
    with pytest.raises(PareidoliaError, match="leave out --inputs"):
        filters_sheet(FiltersSettings(inputs=("0",)), seen)
    with pytest.raises(BadNetwork, match="no convolution that looks at the picture"):
        find_kernels(network(nn.Sequential(nn.AvgPool2d(2))))
