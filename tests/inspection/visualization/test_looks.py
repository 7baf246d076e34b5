"""The size at which a network sees a thing that is painted for it."""

import pytest
import torch
from torch import nn

from pareidolia.inspection.visualization.looks import class_looks, seen_size
from pareidolia.networks import Network, load_network
from pareidolia.painting.transforms import RandomCrops, robust


def network(*parts, side=224):
    head = nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 3)
    return Network.of(nn.Sequential(*parts, *head).eval(), input_shape=(3, side, side))


def convolution(kernel, stride=1):
    return nn.Conv2d(3, 4, kernel, stride, kernel // 2)


def test_a_network_that_sees_a_part_at_once_is_shown_half():
    assert seen_size(network(convolution(31)), (224, 224)) == (112, 112)
    assert seen_size(load_network("retina", "random"), (224, 224)) == (112, 112)


def test_one_that_sees_the_whole_is_shown_what_it_was_made_for():
    assert seen_size(network(convolution(225, 8)), (224, 224)) == (224, 224)


def test_what_cannot_be_halved_is_not():
    assert seen_size(network(convolution(5), side=64), (224, 224)) == (112, 112)  # half of the canvas
    assert seen_size(network(convolution(5), side=64), (64, 64)) == (64, 64)
    fixed = Network.of(
        nn.Sequential(convolution(5), nn.Flatten(), nn.Linear(4 * 224 * 224, 3)), input_shape=(3, 224, 224)
    )
    assert seen_size(fixed, (512, 512)) == (224, 224)


@pytest.mark.parametrize("canvas", [(512, 512), (300, 600)])
def test_nothing_finer_is_painted_than_is_seen(canvas):
    height, width = seen_size(network(convolution(31)), canvas)
    assert 2 * height >= canvas[0] and 2 * width >= canvas[1]


def test_a_network_without_maps_sees_the_whole():
    flat = Network.of(
        nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(3, 2)), input_shape=(3, 224, 224)
    )
    assert seen_size(flat, (224, 224)) == (224, 224)
    assert flat(torch.rand(1, 3, 224, 224)).shape == (1, 2)


def test_small_pictures_are_moved_and_not_cut_up():
    small, large = network(convolution(5), side=32), network(convolution(5))
    assert class_looks(small, (224, 224), 1.0) == robust(1.0)
    (crops,) = class_looks(large, (224, 224), 1.0)
    assert isinstance(crops, RandomCrops) and crops.size == (112, 112)
    assert class_looks(small, (224, 224), 0.0) == class_looks(large, (224, 224), 0.0) == ()
