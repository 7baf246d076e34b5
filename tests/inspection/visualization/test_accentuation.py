"""Accentuation: more of the aim, where it is, and little else; what is kept is kept."""

import pytest
import torch
from torch import nn

from pareidolia.inspection.visualization import Accentuation, AccentuationSettings
from pareidolia.networks import Network
from pareidolia.settings import UnknownName


@pytest.fixture
def network() -> Network:
    """A first layer that looks at red, green and blue; a second whose unit 0 answers to red alone."""
    module = nn.Sequential(nn.Conv2d(3, 3, 1), nn.ReLU(), nn.Conv2d(3, 2, 3, padding=1), nn.ReLU())
    with torch.no_grad():
        module[0].weight.copy_(torch.eye(3).view(3, 3, 1, 1))
        module[0].bias.zero_()
        module[2].weight.zero_()[:, 0] = 1 / 9
        module[2].bias.zero_()
    return Network.of(module, mean=(0.0,) * 3, std=(1.0,) * 3, input_shape=(3, 32, 32))


@pytest.fixture
def photo() -> torch.Tensor:
    picture = torch.full((1, 3, 32, 40), 0.4)
    picture[:, 0, 8:24, 4:16] = 0.7
    return picture


def _painted(network, photo, **options: object) -> Accentuation:
    settings = AccentuationSettings(aim=("2:0",), keep="1", steps=12, size=40, **options)
    accentuation = Accentuation(photo, settings, network)
    for _ in accentuation:
        pass
    return accentuation


def test_the_aim_responds_more_and_the_photo_stays(network, photo) -> None:
    loose, held = (_painted(network, photo, keep_weight=weight) for weight in (0.0, 20.0))
    ((before, loosely),) = loose.responses
    ((_, firmly),) = held.responses
    assert before < firmly < loosely
    for each in (loose, held):  # red grows more than what the unit does not see
        change = (each.accentuated - photo).abs().mean((0, 2, 3))
        assert change[0] > 1.5 * max(change[1], change[2])
        assert float((each.pictures[1] - photo).abs().max()) < 0.01  # the photo beside it is not painted
    assert (held.accentuated - photo).abs().mean() < (loose.accentuated - photo).abs().mean()


def test_the_sheet_and_its_caption(network, photo) -> None:
    made = _painted(network, photo)
    assert made.picture.shape[:2] == (1, 3) and made.caption.startswith("2:0 from 0.")
    one = AccentuationSettings(steps=1, size=40)
    assert Accentuation(photo, one, network).captions == (f"{network.feature_layer}:0",)


def test_a_resumed_painting_ends_alike(network, photo) -> None:
    whole = _painted(network, photo)
    settings = AccentuationSettings(aim=("2:0",), keep="1", steps=12, size=40)
    first = Accentuation(photo, settings, network)
    for _ in range(5):
        first.step()
    second = Accentuation(photo, settings, network)
    second.load_state_dict(first.state_dict())
    for _ in second:
        pass
    assert torch.equal(second.accentuated, whole.accentuated)


def test_what_is_not_there_is_refused(network, photo) -> None:
    with pytest.raises(UnknownName):
        Accentuation(photo, AccentuationSettings(aim=("nowhere:0",), size=40), network)
    with pytest.raises(UnknownName):
        Accentuation(photo, AccentuationSettings(aim=("2:0",), keep="nowhere", size=40), network)


def test_the_border_is_not_where_it_is_drawn_most(network) -> None:
    flat = torch.full((1, 3, 32, 40), 0.4)
    made = _painted(network, flat, keep_weight=0.0)
    change = (made.accentuated - flat)[0, 0]
    ring = torch.ones_like(change, dtype=torch.bool)
    ring[3:-3, 3:-3] = False
    assert float(change[ring].mean()) < float(change[~ring].mean())
    assert made.captions == ("2:0",) and made.responses[0][1] > made.responses[0][0]
