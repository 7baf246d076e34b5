"""What can be explained: classes, units, objectives; and what is said where there is no such thing."""

import numpy as np
import pytest
import torch

from pareidolia.inspection import ClassTarget, ObjectiveTarget, UnitTarget, as_target, find_target, send_back
from pareidolia.painting import TotalVariation
from pareidolia.settings import PareidoliaError, Unit, UnknownName


def test_top_is_each_pictures_own_class(network, pictures) -> None:
    logits = network(pictures)
    target = find_target("top", network, pictures)
    assert target == ClassTarget(tuple(logits.argmax(1).tolist()))
    assert torch.equal(target(network, pictures), logits.amax(1))
    assert torch.equal(target.one(1)(network, pictures[1:]), target(network, pictures)[1:])


@pytest.mark.parametrize("text", ["0", "tabby cat", "Tabby Cat", "tabby", "class:tabby cat", "class:0"])
def test_a_class_by_number_name_or_part(text: str, network, pictures) -> None:
    assert find_target(text, network, pictures) == ClassTarget((0,))


def test_units(network, pictures) -> None:
    maps = network.record(pictures, ["relu2"])["relu2"]
    channel = find_target("relu2:3", network, pictures)
    torch.testing.assert_close(channel(network, pictures), maps[:, 3].mean((1, 2)))
    position = find_target("relu2:3@2,4", network, pictures)
    assert torch.equal(position(network, pictures), maps[:, 3, 2, 4])
    layer = find_target("relu2", network, pictures)
    torch.testing.assert_close(layer(network, pictures), maps.mean((1, 2, 3)))
    assert find_target("head:4", network, pictures)(network, pictures).shape == (2,)


def test_objectives_are_targets(network, pictures) -> None:
    target = ObjectiveTarget(TotalVariation())
    scores = target(network, pictures)
    assert scores.shape == (2,) and (scores < 0).all()
    assert send_back(network, pictures, target).shape == pictures.shape


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("relu9:3", "no layer 'relu9'; did you mean relu"),
        ("relu2:12", "channels 0 to 11, there is no channel 12"),
        ("relu2:3@2,40", "there is no position 2,40"),
        ("head:4@1,1", "has no rows and columns"),
        ("tabyb cat", "no class or unit 'tabyb cat'; did you mean tabby cat"),
        ("cat", "may be any of tabby cat"),
        ("10", "the classes are 0 to 9"),
        ("relu2:x", "is not an address"),
    ],
)
def test_what_is_not_there_is_said(text: str, message: str, network, pictures) -> None:
    with pytest.raises(PareidoliaError, match=message):
        find_target(text, network, pictures)(network, pictures)


def test_a_position_is_checked_on_the_picture_at_hand(network, pictures) -> None:
    # Beyond the 9x9 positions of the input shape, but there on a larger picture.
    large = torch.rand(1, 3, 60, 60)
    assert find_target("relu2:3@20,20", network, large)(network, large).shape == (1,)
    with pytest.raises(PareidoliaError):
        UnitTarget(Unit("relu2", 3, (20, 20)))(network, pictures)


def test_unknown_is_unknown_name(network, pictures) -> None:
    with pytest.raises(UnknownName):
        find_target("nothing like it", network, pictures)


@pytest.mark.parametrize("given", [3, torch.tensor(3), [3, 3], torch.tensor([3, 3]), np.int64(3)])
def test_classes_by_number(given: object, network, pictures) -> None:
    scores = as_target(given, network, pictures)(network, pictures)
    assert torch.equal(scores, network(pictures)[:, 3])


def test_one_class_a_picture(network, pictures) -> None:
    target = as_target([1, 4], network, pictures)
    logits = network(pictures)
    assert torch.equal(target(network, pictures), torch.stack([logits[0, 1], logits[1, 4]]))


def test_functions_of_the_output_and_of_the_network(network, pictures) -> None:
    logits = network(pictures)
    output = as_target(lambda logits: logits[:, 1] - logits[:, 0], network, pictures)
    assert torch.equal(output(network, pictures), logits[:, 1] - logits[:, 0])
    whole = as_target(
        lambda net, given: net.record(given, "relu2")["relu2"].sum((1, 2, 3)), network, pictures
    )
    assert whole(network, pictures).shape == (2,)
    assert send_back(network, pictures, whole).abs().sum() > 0


def test_targets_and_units_are_taken_as_they_are(network, pictures) -> None:
    for given in (ClassTarget((1,)), UnitTarget(Unit("relu2", 3)), ObjectiveTarget(TotalVariation())):
        assert as_target(given, network, pictures) is given
    assert as_target(Unit("relu2", 3), network, pictures) == UnitTarget(Unit("relu2", 3))
    assert isinstance(as_target(TotalVariation(), network, pictures), ObjectiveTarget)


def test_words_for_positions(network, pictures) -> None:
    maps = network.record(pictures, "relu2")["relu2"]
    strongest = as_target("relu2:3@strongest", network, pictures)(network, pictures)
    assert torch.equal(strongest, maps[:, 3].amax((1, 2)))
    middle = as_target("relu2:3@middle", network, pictures)(network, pictures)
    assert torch.equal(middle, maps[:, 3, maps.shape[2] // 2, maps.shape[3] // 2])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (10, "there is no class 10: the classes are 0 to 9"),
        (-1, "there is no class -1: the classes are 0 to 9"),
        (True, "target=bool is not a target: give a class by number or name"),
        (1.5, "target=float is not a target"),
        ([], "target=list is not a target"),
        ([1, 2, 3], "target names 3 classes for 2 pictures"),
        (Unit("relu2", 12), "channels 0 to 11, there is no channel 12"),
        (lambda logits: logits, "it must give one score a picture, 2 here"),
        (lambda logits: 3.0, "gives float"),
        (lambda logits: logits.nothing, "target=<lambda> failed: AttributeError"),
    ],
)
def test_what_is_not_a_target(given: object, message: str, network, pictures) -> None:
    with pytest.raises(PareidoliaError, match=message):
        as_target(given, network, pictures)(network, pictures)
