"""Distances in closed form, and networks that move as they must."""

import pytest
import torch
from torch import Tensor, nn

from pareidolia.inspection.invariance import (
    InvarianceSettings,
    feature_distance,
    invariance_figure,
    measure_invariance,
)
from pareidolia.networks import Network
from pareidolia.settings import BadNetwork, PareidoliaError, UnknownName

QUICK = InvarianceSettings(steps=4)


def seeing(module: nn.Module, side: int = 24) -> Network:
    return Network("own", module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, side, side))


def test_the_distance() -> None:
    own = torch.tensor([[[3.0, 0]]])
    others = torch.tensor([[[3.0, 0]], [[0, 4]], [[-3, 0]], [[6, 0]], [[0, 0]]])
    expected = [0, 1, 2**0.5, 3 / 45**0.5, 1]
    assert feature_distance(own, others).tolist() == pytest.approx(expected)
    assert feature_distance(own * 0, own * 0).tolist() == [0]
    assert feature_distance(10 * own, 10 * others).tolist() == pytest.approx(expected)


def test_a_linear_layer_moves_as_the_picture_does(photo: Tensor) -> None:
    """With the identity as its layer, the distances are those of the pixels themselves."""
    found = measure_invariance(seeing(nn.Sequential(nn.Identity())), photo, ["0"], QUICK)
    assert [course.transform for course in found] == ["shift", "scale", "turn"]
    for course, neutral in zip(found, (0.0, 1.0, 0.0), strict=True):
        assert len(course.distances["0"]) == len(course.amounts) and course.examples.shape[0] == 5
        at = course.amounts.index(neutral)
        assert course.distances["0"][at] < 1e-3
        assert all(value > 0.01 for place, value in enumerate(course.distances["0"][:-1]) if place != at)
    assert found[2].distances["0"][-1] < 1e-3  # a whole turn
    assert found[0].amounts == (-6, -3, 0, 3, 6)


def test_what_ignores_place_does_not_move() -> None:
    """The mean over a picture with the symmetry of a square is the same after quarter turns."""
    picture = torch.rand(1, 3, 24, 24, generator=torch.Generator().manual_seed(1))
    module = nn.Sequential(nn.Conv2d(3, 4, 1), nn.AdaptiveAvgPool2d(1), nn.Flatten())
    found = measure_invariance(seeing(module), picture, ["2"], InvarianceSettings(steps=4, turn=360))[2]
    quarters = [
        value for amount, value in zip(found.amounts, found.distances["2"], strict=True) if amount % 90 == 0
    ]
    assert len(quarters) == 5 and max(quarters) < 1e-4


def test_the_probability_is_that_of_the_photos_own_class(photo: Tensor) -> None:
    torch.manual_seed(2)
    module = nn.Sequential(nn.Flatten(), nn.Linear(3 * 24 * 24, 5))
    network = seeing(module)
    shift = measure_invariance(network, photo, ["1"], QUICK)[0]
    assert shift.probabilities is not None
    with torch.no_grad():
        chance = network(shift.examples[2:3]).softmax(dim=1).max()
    assert shift.probabilities[2] == pytest.approx(float(chance), abs=1e-4)


def test_the_figure_and_its_rows(photo: Tensor, small_network: Network) -> None:
    pytest.importorskip("matplotlib", reason="matplotlib is not installed")
    made = invariance_figure([photo, photo.flip(-1)], QUICK, small_network)
    assert "stage1.relu, stage5.relu for 2 photos; the network has no classes" in made.caption
    assert len(made.rows) == 2 * (5 + 5 + 9)
    assert set(made.rows[0]) == {"photo", "transform", "amount", "stage1.relu", "stage5.relu", "probability"}
    assert made.rows[0]["probability"] is None and made.rows[-1]["photo"] == "photo 2"


def test_refusals(photo: Tensor, small_network: Network) -> None:
    with pytest.raises(UnknownName, match="did you mean"):
        measure_invariance(small_network, photo, ["stage1.rely"])
    with pytest.raises(PareidoliaError, match="1 to 20 photos"):
        invariance_figure([], QUICK, small_network)
    with pytest.raises(BadNetwork, match="--layers"):
        invariance_figure([photo], QUICK, seeing(nn.Sequential(nn.Flatten(), nn.Linear(3 * 576, 2))))
    with pytest.raises(PareidoliaError, match="multiple of 2"):
        InvarianceSettings(steps=5)
