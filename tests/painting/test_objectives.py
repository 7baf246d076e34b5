import pytest
import torch

from pareidolia.painting import Activation, ModelOutputs, TotalVariation
from pareidolia.settings import PareidoliaError


def seen():
    maps = torch.arange(2 * 3 * 2 * 2, dtype=torch.float32).view(2, 3, 2, 2)
    return ModelOutputs(
        torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(0)), {"a": maps, "b": maps**2}
    )


def total(objective, at=None):
    return float(sum(objective.losses(at or seen()).values()))


def test_objectives_add_and_scale():
    a, b = Activation("a:1"), Activation("b:2@0,1")
    both = 2 * a - b * 0.5 + TotalVariation()
    assert both.layers == {"a", "b"}
    assert total(both) == pytest.approx(2 * total(a) - 0.5 * total(b) + total(TotalVariation()))
    assert total(-a) == pytest.approx(-total(a))


def test_parts_of_one_name_are_reported_as_one():
    a = Activation("a:1")
    assert list((a + 3 * a).losses(seen())) == ["activation of a:1"]
    assert total(a + 3 * a) == pytest.approx(4 * total(a))


@pytest.mark.parametrize(
    ("address", "value"),
    [("a", 5.5 + 17.5), ("a:1", 5.5 + 17.5), ("a:0", 1.5 + 13.5), ("a:2@1,0", 10 + 22)],
)
def test_activation_is_the_negative_mean_summed_over_pictures(address, value):
    assert total(Activation(address)) == pytest.approx(-value)


@pytest.mark.parametrize("address", ["a:3", "a:0@2,0", "a:0@0,5"])
def test_a_unit_outside_the_layer_is_refused(address):
    with pytest.raises(PareidoliaError):
        total(Activation(address))


def test_a_class_is_no_unit():
    with pytest.raises(PareidoliaError, match="names a class"):
        Activation("class:cat")
