"""Matched features: sorted distances in closed form, patches that drive the unit, a picture near them."""

import pytest
import torch
from torch import Tensor, nn

from pareidolia.inspection.visualization import MatchedFeatures, MatchedFeatureSettings
from pareidolia.inspection.visualization.matched import sorted_distance
from pareidolia.networks import Network
from pareidolia.settings import PareidoliaError


@pytest.fixture
def network() -> Network:
    """Colors as they are, then unit 0 that answers to red and unit 1 that answers to nothing."""
    module = nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU(), nn.Conv2d(3, 2, 5), nn.ReLU())
    with torch.no_grad():
        module[0].weight.copy_(torch.eye(3).view(3, 3, 1, 1))
        module[0].bias.zero_()
        module[2].weight.zero_()[0, 0] = 1 / 25
        module[2].bias.copy_(torch.tensor([0.0, -1.0]))
    return Network.of(module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))


@pytest.fixture
def photos() -> list[Tensor]:
    """Gray photos with a red square, stronger in the second."""
    found = [torch.full((1, 3, 40, 40), 0.3) for _ in range(3)]
    for photo, red in zip(found, (0.5, 0.9, 0.35), strict=True):
        photo[:, 0, 10:20, 22:32] = red
    return found


def _made(network, photos, **options: object) -> MatchedFeatures:
    settings = MatchedFeatureSettings(
        layer="3", units=("0",), size=24, **{"steps": 16, "patches": 2, **options}
    )
    return MatchedFeatures(photos, settings, network)


def test_the_patches_are_what_drives_the_unit(network, photos) -> None:
    patches = _made(network, photos).patches[0]
    assert patches.shape == (2, 3, 24, 24)
    assert float(patches[0, 0].mean()) == pytest.approx(0.9, abs=0.1)  # the strongest photo's square first
    assert float(patches[1, 0].mean()) == pytest.approx(0.5, abs=0.1)


def test_sorted_distances() -> None:
    maps = torch.tensor([[[[3.0, 1.0], [2.0, 0.0]]]])
    target = torch.tensor([[0.0, 1.0, 2.0, 3.0]])
    assert sorted_distance(maps, target) == 0
    assert sorted_distance(maps + 1, target) == pytest.approx(1 / 3.5)
    twice = target.repeat_interleave(2, dim=1)
    assert sorted_distance(maps, twice) < 0.1


@pytest.mark.slow
def test_the_picture_comes_near_the_patches(network, photos) -> None:
    made = _made(network, photos, aim_weight=0.0, steps=60)
    first = made.pictures.clone()
    losses = [step.loss for step in made]
    assert losses[-1] < 0.5 * losses[0]
    wanted = made.patches[0].mean((0, 2, 3))
    assert (made.pictures[0].mean((1, 2)) - wanted).abs().sum() < (first[0].mean((1, 2)) - wanted).abs().sum()
    assert made.picture.shape[:2] == (1, 3) and "matched to 2 patches" in made.caption


def test_a_unit_that_answers_to_nothing_is_refused(network, photos) -> None:
    settings = MatchedFeatureSettings(layer="3", units=("1",), size=24)
    with pytest.raises(PareidoliaError, match="responds to none of the photos"):
        MatchedFeatures(photos, settings, network)
