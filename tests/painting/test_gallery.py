import copy

import pytest
import torch

from pareidolia.painting import Activation, Each, Gallery, ModelOutputs
from pareidolia.settings import PareidoliaError

SIZES = [((20, 24), 3), ((30, 36), 3)]
UNITS = ["stage2.relu:3", "stage1.relu:1", "stage2.relu:0", "stage2.relu:3@1,2", "stage2.relu"]


def gallery(network, addresses=UNITS, sizes=SIZES, **options):
    return Gallery(network, [Activation(each) for each in addresses], sizes, **options)


def finished(painting):
    for _ in painting:
        pass
    return painting.pictures


@pytest.mark.parametrize("at_once", [1, 2, 32])
def test_a_picture_in_a_gallery_is_the_one_painted_alone(small_network, at_once):
    together = finished(gallery(small_network, at_once=at_once))
    for address, picture in zip(UNITS, together, strict=True):
        alone = finished(gallery(small_network, [address]))
        torch.testing.assert_close(picture[None], alone, atol=1e-4, rtol=0)


def test_copies_of_one_aim_begin_apart_and_are_painted_alone(small_network):
    layers = ["stage2.relu", "stage1.relu"]
    painting = gallery(small_network, layers, copies=3, at_once=4)
    assert painting.pictures.shape[0] == 6
    first = painting.canvas.values[:3]
    assert not torch.equal(first[0], first[1])
    torch.testing.assert_close(painting.canvas.values[3:], first)
    alone = finished(gallery(small_network, layers[1:], copies=3))
    torch.testing.assert_close(finished(painting)[3:], alone, atol=1e-4, rtol=0)


def test_the_same_seed_gives_the_same_bytes(small_network):
    one, other, another = (finished(gallery(small_network, seed=seed)) for seed in (5, 5, 6))
    assert torch.equal(one, other)
    assert not torch.equal(one, another)


def test_a_stopped_gallery_goes_on_to_the_same_bytes(small_network):
    whole = finished(gallery(small_network))
    stopped = gallery(small_network)
    for _ in range(4):
        stopped.step()
    state = copy.deepcopy(stopped.state_dict())
    going_on = gallery(small_network)
    going_on.load_state_dict(state)
    assert torch.equal(finished(going_on), whole)


def test_each_objective_sees_its_own_pictures():
    maps = torch.rand(4, 3, 5, 5, requires_grad=True)
    objective = Each([Activation("a:0"), Activation("a:2")])
    losses = objective.losses(ModelOutputs(torch.rand(4, 3, 5, 5), {"a": maps}))
    torch.testing.assert_close(losses["activation of a:0"], -maps[:2, 0].mean((1, 2)).sum())
    torch.testing.assert_close(losses["activation of a:2"], -maps[2:, 2].mean((1, 2)).sum())
    sum(losses.values()).backward()
    wanted = torch.zeros_like(maps)
    wanted[:2, 0] = wanted[2:, 2] = -1 / 25
    torch.testing.assert_close(maps.grad, wanted)


def test_nothing_to_paint_is_refused(small_network):
    with pytest.raises(PareidoliaError, match="nothing to paint"):
        gallery(small_network, [])


def shut(network, bias):
    """The network with a stage1.relu:3 that likes white, and a bias that keeps it shut, or hard to open."""
    convolution = network.module.get_submodule("stage1.conv")
    with torch.no_grad():
        convolution.weight[3].abs_()
        convolution.bias[3] = bias
    return network


def test_a_unit_no_start_wakes_is_led_open_by_the_redirected_gradient(small_network):
    network = shut(small_network, -0.8)
    painting = gallery(network, ["stage1.relu:3", "stage1.relu"], [((20, 24), 60)], attempts=2)
    assert painting.starts == [2, 1]
    assert painting.silent() == [True, False]
    finished(painting)
    assert painting.silent() == [False, False]


def test_another_start_wakes_a_unit_that_grey_does_not(small_network):
    painting = gallery(shut(small_network, -0.3), ["stage1.relu:3", "stage1.relu"])
    assert painting.starts[0] > 1
    assert painting.silent() == [False, False]


def test_a_dead_unit_stays_silent_and_leaves_its_neighbours_alone(small_network):
    network = shut(small_network, -1e6)
    painting = gallery(network, ["stage1.relu:3", "stage1.relu"])
    pictures = finished(painting)
    assert painting.silent() == [True, False]
    torch.testing.assert_close(pictures[1:], finished(gallery(network, ["stage1.relu"])), atol=1e-4, rtol=0)
