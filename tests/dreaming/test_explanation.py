import json

import pytest
import torch
from torch import nn

from pareidolia.dreaming import DreamSettings
from pareidolia.dreaming.explanation import explain, noises
from pareidolia.dreaming.groups import GROUPS, find_groups, numbers_of
from pareidolia.dreaming.why_dogs import DreamExplanation
from pareidolia.networks import Network
from pareidolia.pictures import open_picture, save_picture
from pareidolia.settings import BadNetwork


def explained(*given):
    """The steps of an explanation, and what it found."""
    steps, work = [], explain(*given)
    while True:
        try:
            steps.append(next(work))
        except StopIteration as end:
            return steps, end.value


@pytest.fixture
def imagenet_like(small_network):
    """A network of 1,000 classes whose score grows for class 200, a dog, with every activation."""
    head = nn.Linear(16, 1000)
    with torch.no_grad():
        head.weight.zero_()
        head.bias.zero_()
        head.weight[200] = 20.0
    module = nn.Sequential(*small_network.module, nn.AdaptiveAvgPool2d(1), nn.Flatten(), head)
    names = [f"class {index}" for index in range(1000)]
    names[151], names[254] = "Chihuahua", "pug"
    half = (0.5, 0.5, 0.5)
    return Network("like", module, mean=half, std=half, input_shape=(3, 64, 64), class_names=tuple(names))


@pytest.fixture
def imagenet(imagenet_like):
    return find_groups(imagenet_like.class_names, "like")


def test_groups_have_as_many_classes_as_imagenet(imagenet):
    assert {group: len(numbers_of(group)) for group in GROUPS} == {"dogs": 118, "birds": 59, "insects": 27}
    assert [imagenet.of(index) for index in (150, 151, 268, 269, 7, 24, 25, 326)] == [
        *("other", "dogs", "dogs", "other", "birds", "birds", "other", "insects")
    ]


def test_groups_of_some_of_imagenets_classes_are_found_by_their_names():
    found = find_groups(("tench", "robin", "Beagle", "boxer", "ladybug"), "some")
    assert found.members == {"dogs": (2, 3), "birds": (1,), "insects": (4,)}
    assert found.share("dogs") == 2 / 5 and [found.of(index) for index in (0, 1, 3)] == [
        "other",
        "birds",
        "dogs",
    ]
    assert found.masses(torch.full((5,), 0.2)) == pytest.approx({"dogs": 0.4, "birds": 0.2, "insects": 0.2})


def test_the_shipped_network_has_dogs():
    from pareidolia.networks import load_network

    network = load_network("retina", "random", device="cpu")
    found = find_groups(network.class_names, network.name)
    assert {group: len(each) for group, each in found.members.items()} == {
        "dogs": 118,
        "birds": 59,
        "insects": 27,
    }


def test_group_numbers_fit_the_published_names():
    from torchvision.models import SqueezeNet1_0_Weights

    names = SqueezeNet1_0_Weights.DEFAULT.meta["categories"]
    ends = [(names[first], names[last]) for group in GROUPS.values() for first, last in group]
    assert ends == [
        ("Chihuahua", "Mexican hairless"),
        ("cock", "great grey owl"),
        ("black grouse", "black swan"),
        ("white stork", "albatross"),
        ("tiger beetle", "lycaenid"),
    ]


def test_masses_are_sums_of_probabilities(imagenet):
    probabilities = torch.full((1000,), 1e-3)
    assert imagenet.masses(probabilities) == pytest.approx({"dogs": 0.118, "birds": 0.059, "insects": 0.027})


def test_dreams_that_make_everything_fire_end_in_the_class_that_counts_it(imagenet_like, photo):
    beginnings = {"photo": photo, **dict(noises(2, 64, 0))}
    settings = DreamSettings(octaves=1, steps=3, step_size=25, aim=("4.relu",))
    steps, found = explained(beginnings, settings, imagenet_like)
    assert [step.index for step in steps] == list(range(1, steps[-1].total + 1))
    assert [course.name for course in found.courses] == ["photo", "noise 1", "noise 2"]
    assert all(len(course.answers) == 4 for course in found.courses)
    assert set(found.layers) == set(imagenet_like.style_layers)
    numbers = found.numbers()
    assert numbers["dreams that end in"]["dogs"] == 3
    assert numbers["mean probability after"]["dogs"] > numbers["mean probability before"]["dogs"]
    assert "100% of these dreams end in a dog" in found.text()
    assert found.beginnings().shape[1] == 3 and found.course_of_layers().shape[1] == 3


def test_a_network_without_dogs_is_refused(small_network, photo):
    with pytest.raises(BadNetwork, match="does not have ImageNet's breeds of dogs"):
        explained({"photo": photo}, DreamSettings(), small_network)


def test_a_tensor_is_explained_as_its_file_is(imagenet_like, photo, tmp_path, monkeypatch):
    monkeypatch.setattr("pareidolia.dreaming.why_dogs.PHOTOS", ())
    save_picture(photo, tmp_path / "photo.png")
    settings = DreamSettings(octaves=1, steps=1, aim=("4.relu",))
    for given, out in ((tmp_path / "photo.png", "file"), (open_picture(tmp_path / "photo.png"), "tensor")):
        steps = list(DreamExplanation(given, settings, imagenet_like, out=tmp_path / out))
        assert [(step.index, step.total) for step in steps] == [
            (k, len(steps) - 1) for k in range(len(steps))
        ]
    made, again = (json.loads((tmp_path / out / "numbers.json").read_text()) for out in ("file", "tensor"))
    assert list(made["courses"].pop("photo.png")) == list(again["courses"].pop("photo")) and made == again
