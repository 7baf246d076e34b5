"""Arguments of another kind, or in another order, get one line that says what is wanted."""

import numpy as np
import pytest
import torch

from pareidolia import saliency, save_picture
from pareidolia.inspection import ClassTarget, find_target, overlay
from pareidolia.inspection.framing import frame
from pareidolia.inspection.patches import StrongestPatches
from pareidolia.networks import load_network
from pareidolia.settings import BadSetting

PICTURE = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))

WRONG = {
    "a module's name": (lambda net: load_network(net.module), "load_network takes a network's name"),
    "a number's name": (lambda net: load_network(5), "takes a network's name .*, not int"),
    "a target's place": (lambda net: find_target(net, "top", PICTURE), "the target is to be .* not Network"),
    "a network's place": (lambda net: find_target("top", PICTURE, net), "a Network, not Tensor"),
    "a class's index": (lambda net: ClassTarget("a"), r"such as \(281,\), not str"),
    "one index": (lambda net: ClassTarget(281), r"such as \(281,\), not int"),
    "an index": (lambda net: ClassTarget(("a",)), r"such as \(281,\), not str"),
    "pictures": (lambda net: net.record("a", ["1"]), "are to be a tensor N×C×H×W, not str"),
    "pictures of numpy": (lambda net: net(PICTURE.numpy()), "are to be a tensor N×C×H×W, not ndarray"),
    "an overlay": (lambda net: overlay(np.zeros((1, 3, 4, 4)), PICTURE), "the picture is to be a tensor"),
    "a map": (lambda net: overlay(PICTURE, np.zeros((1, 1, 16, 16))), "the map is to be a tensor"),
    "a frame": (lambda net: frame(PICTURE, net), "what looks is to be a Network, not Tensor"),
    "a photo": (lambda net: frame(net, "a.png"), "the photo is to be a tensor 1×C×H×W, not str"),
    "a folder": (
        lambda net: StrongestPatches(PICTURE, network=net, index="index"),
        "the folder of pictures is to be text or a Path, not Tensor",
    ),
    "a path": (lambda net: save_picture("p.png", PICTURE), "the picture comes first, then the path"),
    "no path": (lambda net: save_picture(PICTURE, 3), "the path is to be text or a Path, not int"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_argument_of_another_kind_gets_a_line(small_network, name):
    wrong, line = WRONG[name]
    with pytest.raises(BadSetting, match=line):
        wrong(small_network)


def test_a_class_may_be_a_number(network, pictures):
    assert find_target(1, network, pictures) == ClassTarget((1,))


def test_a_network_in_the_place_of_a_photo_is_named(small_network):
    for swapped in (small_network, small_network.module):
        with pytest.raises(BadSetting, match="saliency takes photo, network in this order"):
            saliency(swapped, PICTURE)
