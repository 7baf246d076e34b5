"""Layers whose channels come last: told by one line, whoever asks for a unit of theirs."""

import pytest
import torch
from torch import Tensor, nn

from pareidolia.dreaming import Dream, DreamSettings
from pareidolia.inspection import (
    DeconvnetSettings,
    attribute,
    deconvnet_sheet,
    find_target,
    grad_cam,
    project,
)
from pareidolia.inspection.patches import PatchesSettings, StrongestPatches
from pareidolia.inspection.tuning import measure_tuning
from pareidolia.inspection.visualization import Features, FeatureSettings
from pareidolia.networks import Network
from pareidolia.networks.layers import is_channels_last, is_map
from pareidolia.pictures import save_picture
from pareidolia.settings import BadNetwork
from pareidolia.style import StyleSettings, StyleTransfer


class ChannelsLast(nn.Module):
    """Maps, then maps with their channels last as Swin has them, then class scores."""

    def __init__(self) -> None:
        super().__init__()
        self.maps, self.norm, self.head = nn.Conv2d(3, 12, 4, 4), nn.LayerNorm(12), nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.norm(self.maps(x).relu().permute(0, 2, 3, 1)).mean((1, 2)))


@pytest.fixture
def network() -> Network:
    return Network.of(ChannelsLast(), input_shape=(3, 32, 32), name="swinging")


@pytest.mark.parametrize(
    ("shape", "picture", "maps", "last"),
    [
        ((12, 8, 8), (3, 32, 32), True, False),
        ((8, 8, 12), (3, 32, 32), False, True),
        ((8, 8, 8), (3, 32, 32), True, False),
        ((12, 8, 12), (3, 64, 96), True, False),
        ((8, 12, 96), (3, 64, 96), False, True),
        ((12, 3, 20), (3, 32, 32), False, False),
        ((12,), (3, 32, 32), False, False),
        ((64, 12), (3, 32, 32), False, False),
    ],
)
def test_the_proportions_of_the_picture_tell_the_two_apart(shape, picture, maps, last) -> None:
    assert is_map(shape, picture) is maps and is_channels_last(shape, picture) is last


def _patches(network: Network, photo: Tensor, folder) -> None:
    (folder / "photos").mkdir()
    save_picture(photo, folder / "photos" / "a.png")
    StrongestPatches(
        folder / "photos", PatchesSettings(layer="norm", units=("0-3",)), network, index=folder / "index"
    )


def _style(network: Network, photo: Tensor, folder) -> None:
    StyleTransfer(photo, [photo], StyleSettings(style_layers=("norm",), size=32), network=network)


ASKING = {
    "features": lambda n, x, _: Features(FeatureSettings(layer="norm", units=("0-3",)), n),
    "aims": lambda n, x, _: Features(FeatureSettings(aim=("norm:3",)), n),
    "patches": _patches,
    "deconvnet": lambda n, x, _: deconvnet_sheet(x, DeconvnetSettings(layer="norm", unit=("0",)), n),
    "project": lambda n, x, _: project(n, x, "norm", 0),
    "grad-cam": lambda n, x, _: grad_cam(n, x, 1, layer="norm"),
    "attribute": lambda n, x, _: attribute(n, x, 1, "guided-grad-cam", layer="norm"),
    "a target": lambda n, x, _: find_target("norm:3", n, x),
    "dream": lambda n, x, _: Dream(x, settings=DreamSettings(aim=("norm:3",)), network=n),
    "tuning": lambda n, x, _: measure_tuning(n, "norm"),
    "style": _style,
}


@pytest.mark.parametrize("asking", ASKING)
def test_a_unit_of_channels_last_maps_is_refused(asking: str, network, tmp_path) -> None:
    with pytest.raises(BadNetwork, match="layer 'norm' of swinging gives 8×8×12, channels last"):
        ASKING[asking](network, torch.rand(1, 3, 32, 32), tmp_path)
    assert not (tmp_path / "index").exists()


def test_what_comes_before_them_is_not(network) -> None:
    assert network.unit_shape("maps") == (12, 8, 8) and network.unit_shape("head") == (5,)
    assert grad_cam(network, torch.rand(1, 3, 32, 32), 1).shape == (1, 1, 32, 32)
