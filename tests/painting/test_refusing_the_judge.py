"""What judges painted pictures paints none, whoever asks: its figures would mean nothing."""

import pytest
import torch
from PIL import Image
from tests.conftest import make_small_network

from pareidolia.atlas import AtlasBuilding, AtlasSettings
from pareidolia.cli import main
from pareidolia.inspection.patches import PatchesSettings, StrongestPatches
from pareidolia.networks import Network
from pareidolia.painting import Activation, FourierCanvas, Painting, Stage
from pareidolia.settings import PareidoliaError
from pareidolia.settings.default_networks import refuse_judge
from pareidolia.style.feedforward.loss import PerceptualLoss

LAYER = "stage2.relu"
REFUSAL = "efficientnet_lite2 judges painted pictures .*nothing learns from it: take another network"


@pytest.fixture
def judge() -> Network:
    """A small network by the judge's name."""
    network = make_small_network()
    network.name = "efficientnet_lite2"
    return network


@pytest.fixture
def photos(tmp_path):
    folder = tmp_path / "photos"
    folder.mkdir()
    Image.effect_noise((40, 40), 60).convert("RGB").save(folder / "a.png")
    return folder


@pytest.mark.parametrize(
    "name",
    [
        "efficientnet_lite2",
        "timm:tf_efficientnet_lite2",
        "timm:tf_efficientnet_lite2.in1k",
        "timm:hf-hub:timm/tf_efficientnet_lite2.in1k",
    ],
)
def test_every_name_of_it_is_refused(name):
    with pytest.raises(PareidoliaError, match=f"^{name} judges"):
        refuse_judge(name)


@pytest.mark.parametrize(
    "name", ["efficientnet_lite1", "timm:tf_efficientnet_lite0", "vgg19", "lite2.py:build"]
)
def test_others_are_not(name):
    refuse_judge(name)


def test_it_paints_nothing(judge):
    canvas = FourierCanvas.noise((32, 32), torch.Generator().manual_seed(0))
    stages = [Stage((32, 32), 1, lambda size: Activation(f"{LAYER}:1"), 0.05)]
    with pytest.raises(PareidoliaError, match=REFUSAL):
        Painting(judge, canvas, stages)


def test_no_style_network_learns_from_it(judge):
    options = {"content_layers": [LAYER], "style_layers": [LAYER], "smoothness": 0}
    with pytest.raises(PareidoliaError, match=REFUSAL):
        PerceptualLoss(judge, [torch.rand(1, 3, 32, 32)], content_weight=1, style_weight=1, **options)


def test_photos_are_not_collected_for_what_cannot_be_painted(judge, photos, tmp_path):
    settings, out = AtlasSettings(layer=(LAYER,)), tmp_path / "atlas"
    for network in (judge, judge.name):
        with pytest.raises(PareidoliaError, match=REFUSAL):
            AtlasBuilding(photos, settings, network, out=out)
    with pytest.raises(PareidoliaError, match=REFUSAL):
        AtlasBuilding(photos, settings.model_copy(update={"network": judge.name}), out=out)
    assert not out.exists()
    settings, index = PatchesSettings(layer=LAYER, units=("0",)), tmp_path / "index"
    with pytest.raises(PareidoliaError, match=REFUSAL):
        StrongestPatches(photos, settings, judge, index=index)
    assert not index.exists()
    StrongestPatches(photos, settings.model_copy(update={"painted": False}), judge, index=index)


def test_the_command_says_so_in_one_line(photos, tmp_path, capsys):
    pytest.importorskip("timm")
    photo, out = str(photos / "a.png"), tmp_path / "out.png"
    options = ["--network", "efficientnet_lite2", "--weights", "random", "--size", "32", "--out", str(out)]
    assert main(["style", photo, photo, *options]) == 2
    (line,) = capsys.readouterr().err.strip().splitlines()
    assert "measure style" in line and not out.exists()
