"""Layers whose channels come last, and tokens: units of theirs are asked for as those of any map are."""

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
from pareidolia.inspection.attribution.cam import coarse_grad_cam
from pareidolia.inspection.patches import PatchesSettings, StrongestPatches
from pareidolia.inspection.tuning import TuningSettings, measure_tuning
from pareidolia.inspection.visualization import Features, FeatureSettings, Inversion, InversionSettings
from pareidolia.networks import Network
from pareidolia.networks.layers import is_map
from pareidolia.pictures import open_picture, save_picture
from pareidolia.settings import PareidoliaError
from pareidolia.style import StyleSettings, StyleTransfer


class ChannelsLast(nn.Module):
    """Maps, then maps with their channels last as Swin has them, then class scores."""

    def __init__(self) -> None:
        super().__init__()
        self.maps, self.norm, self.head = nn.Conv2d(3, 12, 4, 4), nn.LayerNorm(12), nn.Linear(12, 5)

    def forward(self, x: Tensor) -> Tensor:
        return self.head(self.norm(self.maps(x).relu().permute(0, 2, 3, 1)).mean((1, 2)))


class Tokens(ChannelsLast):
    """The same, with one token more, which is no place."""

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.maps(x).relu().flatten(2).mT
        tokens = self.norm(torch.cat([tokens.mean(1, keepdim=True), tokens], dim=1))
        return self.head(tokens[:, 1:].mean(1))


@pytest.fixture(params=[ChannelsLast, Tokens])
def network(request) -> Network:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return Network.of(request.param(), input_shape=(3, 32, 32), name="swinging")


@pytest.mark.parametrize(
    ("shape", "picture", "maps"),
    [
        ((12, 8, 8), (3, 32, 32), True),
        ((8, 8, 12), (3, 32, 32), False),
        ((12, 8, 12), (3, 64, 96), True),
        ((12, 3, 20), (3, 32, 32), False),
        ((12,), (3, 32, 32), False),
        ((64, 12), (3, 32, 32), False),
    ],
)
def test_maps_have_the_proportions_of_the_picture(shape, picture, maps) -> None:
    assert is_map(shape, picture) is maps


def _painted(painting) -> Tensor:
    before = painting.picture
    painting.run(progress=False)
    assert not torch.equal(painting.picture, before)
    return painting.picture


def _features(network: Network, photo: Tensor, folder, **aim) -> None:
    pictures = _painted(Features(FeatureSettings(size=32, steps=2, **aim), network))
    assert pictures.isfinite().all()


def _patches(network: Network, photo: Tensor, folder) -> None:
    (folder / "photos").mkdir()
    save_picture(photo, folder / "photos" / "a.png")
    settings = PatchesSettings(layer="norm", units=("0-3",), painted=False)
    work = StrongestPatches(folder / "photos", settings, network, index=folder / "index")
    for _ in work:
        pass
    found = work.patches[3][0]
    maps = network.record(open_picture(folder / "photos" / "a.png"), "norm")["norm"]
    row, column = found.unit.position
    assert found.activation == pytest.approx(float(maps[0, 3].max())) and row < 8 and column < 8
    assert float(maps[0, 3, row, column]) == pytest.approx(found.activation)


def _deconvnet(network: Network, photo: Tensor, folder) -> None:
    found = project(network, photo, "norm", "3@2,5", rule="gradient")
    with torch.no_grad():
        assert found.activations[0] == pytest.approx(float(network.record(photo, "norm")["norm"][0, 3, 2, 5]))
    deconvnet_sheet(photo, DeconvnetSettings(layer="norm", unit=("0",)), network)


def _dream(network: Network, photo: Tensor, folder) -> None:
    _painted(Dream(photo, settings=DreamSettings(aim=("norm:3",), octaves=1, steps=1), network=network))


def _target(network: Network, photo: Tensor, folder) -> None:
    expected = network.record(photo, "norm")["norm"][:, 3].mean((1, 2))
    torch.testing.assert_close(find_target("norm:3", network, photo)(network, photo), expected)


def _style(network: Network, photo: Tensor, folder) -> None:
    settings = StyleSettings(
        style_layers=("norm",), content_layers=("maps",), size=32, coarsest=32, coarse_steps=1, steps=1
    )
    _painted(StyleTransfer(photo, [photo.flip(2)], settings, network=network))


def _tuning(network: Network, photo: Tensor, folder) -> None:
    least = TuningSettings(orientations=6, frequencies=3, phases=4, positions=4, diameters=3)
    assert len(measure_tuning(network, "norm", settings=least).units) == 12


def _inversion(network: Network, photo: Tensor, folder) -> None:
    painting = Inversion(photo, InversionSettings(layers=("norm",), steps=30, size=32), network)
    first = painting.errors[0]
    assert painting.run(progress=False).errors[0] < first


ASKING = {
    "features": lambda n, x, _: _features(n, x, _, layer="norm", units=("0-3",)),
    "the default layer": lambda n, x, _: _features(n, x, _, units=("0-3",)),
    "aims": lambda n, x, _: _features(n, x, _, aim=("norm:3",)),
    "patches": _patches,
    "deconvnet": _deconvnet,
    "grad-cam": lambda n, x, _: grad_cam(n, x, 1, layer="norm"),
    "attribute": lambda n, x, _: attribute(n, x, 1, "guided-grad-cam", layer="norm"),
    "a target": _target,
    "dream": _dream,
    "inversion": _inversion,
    "tuning": _tuning,
    "style": _style,
}


@pytest.mark.parametrize("asking", ASKING)
def test_units_of_such_layers_serve_everywhere(asking: str, network, tmp_path) -> None:
    assert network.unit_shape("norm") == (12, 8, 8)
    ASKING[asking](network, torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(1)), tmp_path)


def test_grad_cam_at_such_a_layer_is_that_of_its_maps(network) -> None:
    """α_k = ∂S/∂A_k averaged, written out: the scores are linear in the mean of the tokens."""
    pictures = torch.rand(2, 3, 32, 32)
    with torch.no_grad():
        maps = network.record(pictures, "norm")["norm"]
        importance = network.module.head.weight[1].view(1, -1, 1, 1) / 64
        expected = (importance * maps).sum(1, keepdim=True).clamp(min=0)
    torch.testing.assert_close(coarse_grad_cam(network, pictures, 1, layer="norm"), expected)


def test_a_position_beyond_them_is_refused(network) -> None:
    with pytest.raises(PareidoliaError, match="norm"):
        project(network, torch.rand(1, 3, 32, 32), "norm", "3@8,0")
