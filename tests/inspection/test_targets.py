"""What can be explained: classes, units, objectives; and what is said where there is no such thing."""

import pytest
import torch

from pareidolia.inspection import ClassTarget, ObjectiveTarget, UnitTarget, find_target, send_back
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
