"""Patches ranked by what they add to a class's score."""

import pytest
import torch

from pareidolia.inspection.patches import PatchesSettings, StrongestPatches
from pareidolia.networks import load_network_from
from pareidolia.pictures import from_uint8, open_uint8
from pareidolia.settings import BadNetwork, UnknownName

NETWORK = """
from collections import OrderedDict
import torch
from torch import nn

def build():
    torch.manual_seed(3)
    return nn.Sequential(OrderedDict(
        conv=nn.Conv2d(3, 5, 3, padding=1), relu=nn.ReLU(), gate=nn.Sigmoid(),
        pool=nn.AdaptiveAvgPool2d(1), flat=nn.Flatten(), head=nn.Linear(5, 3), after=nn.Identity(),
    ))
"""


@pytest.fixture
def classes(tmp_path):
    """Settings that name a network of three classes; behind `relu` lies a gate, so that gradients differ."""
    (tmp_path / "named.py").write_text(NETWORK)
    (tmp_path / "names.txt").write_text("red\ngreen\nblue\n")
    return {
        "network": f"{tmp_path / 'named.py'}:build",
        "classes": tmp_path / "names.txt",
        "input": "3x32x32",
        "device": "cpu",
        "canvas": 32,
        "steps": 2,
    }


def _found(photos, tmp_path, settings):
    found = StrongestPatches(photos, settings, index=tmp_path / "index")
    for _ in found:
        pass
    return found


@pytest.mark.parametrize("layer", ["relu", "flat"])
def test_patches_are_where_activation_times_gradient_is_largest(photos, classes, tmp_path, layer) -> None:
    settings = PatchesSettings(**classes, layer=layer, units=("0-4",), top=3, painted=False, target="green")
    found = _found(photos, tmp_path, settings)
    network = load_network_from(settings)
    weights, place = network.module.head.weight[1].detach(), 32 * 32
    files = sorted(photos.glob("*.png"))
    pictures = torch.cat([from_uint8([open_uint8(each, (32, 32))]) for each in files]).contiguous()
    with torch.no_grad():
        maps = network.record(pictures, ["relu", "flat"])
    gates = maps["relu"].sigmoid()
    # ∂S/∂a is written out: through the gate and the mean over places, or of the head alone.
    expected = (
        maps["relu"] * gates * (1 - gates) * weights.view(1, 5, 1, 1) / place
        if layer == "relu"
        else maps["flat"] * weights
    )
    best = expected.flatten(2).amax(dim=2) if layer == "relu" else expected
    for unit, patches in found.patches.items():
        # Not by name: where the gate is flattest two photos differ in the last digits alone.
        wanted = [float(each) for each in best[:, unit].topk(3).values if each > 0]
        assert [patch.activation for patch in patches] == pytest.approx(wanted, rel=1e-4)
        for patch in patches:
            number = files.index(photos / patch.name)
            place_of = (number, unit, *(patch.unit.position or ()))
            assert float(expected[place_of]) == pytest.approx(patch.activation, rel=1e-4)
            assert float(best[number, unit]) == pytest.approx(patch.activation, rel=1e-4)
    against = [unit for unit in range(5) if weights[unit] < 0]
    assert against and all(not found.patches[unit] for unit in against)
    assert "for green" in found.caption and f"{against[0]}: adds nothing for green" in [
        found.unit_caption(unit) for unit in against
    ]


def test_where_no_units_are_named_the_class_chooses_those_that_add_most(photos, classes, tmp_path) -> None:
    found = _found(
        photos, tmp_path, PatchesSettings(**classes, layer="flat", top=3, painted=False, target="green")
    )
    added = [sum(patch.activation for patch in found.patches[unit]) for unit in found.units]
    assert added == sorted(added, reverse=True) and min(added) > 0
    weights = found.network.module.head.weight[1]
    assert sorted(found.units) == [unit for unit in range(5) if weights[unit] > 0]


def test_another_class_has_an_index_of_its_own_and_other_patches(photos, classes, tmp_path) -> None:
    made = [
        _found(
            photos,
            tmp_path,
            PatchesSettings(**classes, layer="relu", units=("0-4",), top=2, painted=False, target=each),
        )
        for each in ("red", "blue", None)
    ]
    assert len(list((tmp_path / "index").iterdir())) == 3
    shown = [[len(patches) for patches in each.patches.values()] for each in made]
    assert shown[0] != shown[1] and all(shown[2])


def test_units_are_painted_as_they_look_in_the_class(photos, classes, tmp_path) -> None:
    settings = PatchesSettings(**classes, layer="relu", units=("0-4",), top=1, target="green")
    within, alone = (
        _found(photos, tmp_path, settings.model_copy(update={"target": each})) for each in ("green", None)
    )
    unit = next(iter(within.painted))
    assert not torch.equal(within.painted[unit], alone.painted[unit])


def test_what_has_no_such_class_or_does_not_depend_on_the_layer_is_refused(
    photos, classes, chosen, tmp_path
) -> None:
    with pytest.raises(UnknownName, match="purple"):
        _found(photos, tmp_path, PatchesSettings(**classes, layer="relu", units=("0",), target="purple"))
    with pytest.raises((BadNetwork, UnknownName)):
        _found(photos, tmp_path, PatchesSettings(**chosen, units=("0",), target="green"))
