"""Sources of networks: stated once each, and from another package by its entry point."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from PIL import Image
from tests.plugin_packages import install_plugin, run_with_plugins

from pareidolia.inspection.filters.settings import FiltersSettings
from pareidolia.networks import known_names
from pareidolia.networks.sources import network_source
from pareidolia.settings import NetworkSettings, PareidoliaError
from pareidolia.settings.base import describe_sources
from pareidolia.settings.network_sources import SOURCES, network_forms

MINE = '''
"""Networks of mine."""

import torch
from torch import nn

from pareidolia.networks.sources import Origin, always_the_same, network_source, weights_file
from pareidolia.networks.weights import load_weights
from pareidolia.settings import UnknownName


@network_source("mine", help="Small networks of mine.", names=lambda: ["mine:tiny"])
def build(name, weights, class_count):
    if name != "tiny":
        raise UnknownName("network", f"mine:{name}", ["mine:tiny"])
    with always_the_same():
        module = nn.Sequential(
            nn.Conv2d(3, 8, 3), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(8, class_count or 2),
        )
    if weights_file(weights) is not None:
        load_weights(module, weights_file(weights), f"mine:{name}")
    classes = ("tabby", "beagle") if class_count in (None, 2) else None
    return Origin(module, (0.5,) * 3, (0.2,) * 3, (3, 32, 32), classes)
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pixels = torch.randint(256, (40, 48, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    Image.fromarray(pixels.numpy()).save(tmp_path / "photo.png")
    return tmp_path


@pytest.mark.slow
def test_a_source_in_another_package_on_the_command_line(folder: Path) -> None:
    assert len(MINE.strip().splitlines()) < 60
    install_plugin(folder, "mine", MINE)
    made = run_with_plugins(folder, "saliency", "photo.png", "--network", "mine:tiny", "--out", "a.png")
    assert made.returncode == 0, made.stderr
    assert "for tabby" in made.stdout or "for beagle" in made.stdout
    listed = run_with_plugins(folder, "networks").stdout
    assert "mine:tiny" in listed and "torchvision:vgg19" in listed
    for name in ("mine:tinny", "miine:tiny", "nothing"):
        wrong = run_with_plugins(folder, "saliency", "photo.png", "--network", name, "--out", "b.png")
        assert wrong.returncode == 2 and wrong.stderr.count("\n") == 1
        assert {
            "mine:tinny": "did you mean mine:tiny",
            "miine:tiny": "torchhub:OWNER/REPO:NAME, mine:NAME, package.",
        }.get(name, "there is no network 'nothing'") in wrong.stderr


def test_two_sources_of_one_name_are_refused(folder: Path) -> None:
    install_plugin(folder, "mine", MINE.replace('"mine", help', '"timm", help'))
    refused = run_with_plugins(folder, "saliency", "photo.png", "--network", "timm:x", "--out", "a.png")
    assert refused.returncode == 2 and refused.stderr.count("\n") == 1
    assert "mine names a network source 'timm', which is taken" in refused.stderr


def test_the_option_and_the_errors_name_every_source() -> None:
    wheels = "efficientnet_lite0, efficientnet_lite1, efficientnet_lite2, vgg19"
    hubs = "hf-hub:OWNER/NAME, torchhub:OWNER/REPO:NAME"
    own = "package.module:factory or file.py:factory"
    forms = f"retina, {wheels}, torchvision:NAME, timm:NAME, {hubs}, {own}"
    described = f"{forms} (default: the best that is installed for the work)."
    assert network_forms() == forms
    assert {"retina", "torchvision:vgg19"} <= set(known_names())
    with pytest.raises(
        PareidoliaError, match=f"a network is called retina, {wheels}, torchvision:NAME, timm:NAME, "
    ):
        from pareidolia.networks import load_network

        load_network("no.such:thing")
    for kind in (NetworkSettings, FiltersSettings):
        assert kind.model_fields["network"].description == described
        assert kind.model_json_schema()["properties"]["network"]["description"] == described
    try:

        @network_source("lab", help="Networks of the lab.", forms=("lab:NAME",))
        def build(name, weights, class_count):
            raise NotImplementedError

        assert network_forms() == forms.replace(hubs, f"{hubs}, lab:NAME")
        assert "lab:NAME" in str(FiltersSettings.model_fields["network"].description)
    finally:
        SOURCES._found.pop("lab")
        describe_sources()
    assert FiltersSettings.model_fields["network"].description == described


def test_sources_are_known_without_torch() -> None:
    code = (
        "import sys; from pareidolia.settings import NetworkSettings; "
        "from pareidolia.settings.network_sources import SOURCES; "
        "print([source.help for source in SOURCES.values()], 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "torchvision's classifiers" in done.stdout and done.stdout.strip().endswith("False")
    importing = (
        "import pareidolia.networks.sources.from_timm; from pareidolia.settings import NetworkSettings as S;"
    )
    importing += "print(S.model_fields['network'].description)"
    done = subprocess.run([sys.executable, "-c", importing], capture_output=True, text=True, check=True)
    assert "timm:NAME" in done.stdout and "retina" in done.stdout
