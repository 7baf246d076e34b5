"""An attribution method from another package: one file, its options beside it, found by its entry point."""

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from tests.plugin_packages import install_plugin, run_with_plugins

from pareidolia.inspection import (
    METHODS,
    MethodOptions,
    SaliencySettings,
    attribute,
    attribution_method,
    saliency_picture,
)
from pareidolia.settings import PareidoliaError

SCORE_CAM = '''
"""Score-CAM (Wang et al. 2020): channels of a late layer, weighed by the score of what they let through."""

from collections.abc import Iterator
from typing import Annotated

import torch
from pydantic import Field
from torch.nn import functional as F

from pareidolia.inspection import BatchOptions, attribution_method, cam_layer
from pareidolia.progress import Progress


class ScoreCamOptions(BatchOptions):
    """Options of Score-CAM."""

    channels: Annotated[int | None, Field(ge=1, description="Strongest channels that count.")] = None


@attribution_method("lab-cam", options=ScoreCamOptions)
def score_cam(network, pictures, target, options):
    layer, size = cam_layer(network), options.batch_size or 16
    found = []
    for index, picture in enumerate(pictures):
        with torch.no_grad():
            maps = network.record(picture[None], [layer])[layer][0]
        strongest = maps.mean(dim=(1, 2)).argsort(descending=True)[: options.channels]
        large = F.interpolate(maps[strongest][:, None], picture.shape[1:], mode="bilinear")
        low, high = (edge.view(-1, 1, 1, 1) for edge in torch.aminmax(large.flatten(1), dim=1))
        masks = (large - low) / (high - low).clamp(min=1e-12)
        scores = []
        for start in range(0, len(masks), size):
            with torch.no_grad():
                scores.append(target.one(index)(network, picture * masks[start : start + size]))
            yield Progress(min(start + size, len(masks)), len(masks))
        weights = torch.cat(scores).softmax(dim=0)
        found.append((weights.view(-1, 1, 1, 1) * large).sum(dim=0).clamp(min=0))
    return torch.stack(found)
'''
NETWORK = """
from torch import nn
def classify():
    return nn.Sequential(nn.Conv2d(3, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(8, 8, 3), nn.ReLU(),
                         nn.AdaptiveAvgPool2d(2), nn.Flatten(), nn.Linear(32, 3))
"""


@pytest.fixture
def studio_folder(tmp_path: Path) -> Path:
    from PIL import Image

    (tmp_path / "net.py").write_text(NETWORK)
    pixels = torch.randint(256, (32, 48, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    Image.fromarray(pixels.numpy()).save(tmp_path / "photo.png")
    return tmp_path


@pytest.mark.slow
def test_score_cam_from_another_package_on_the_command_line(studio_folder: Path) -> None:
    assert len(SCORE_CAM.strip().splitlines()) < 60
    install_plugin(studio_folder, "score", SCORE_CAM)
    network = ("--network", "net.py:classify", "--input", "3x32x32", "--target", "1")
    saliency = ("saliency", "photo.png", *network)
    made = run_with_plugins(
        studio_folder, *saliency, "--method", "lab-cam", "--channels", "3", "--out", "a.png"
    )
    assert made.returncode == 0 and "lab-cam for class 1" in made.stdout
    assert "lab-cam, 3 of 3" in made.stderr
    again = run_with_plugins(studio_folder, "again", "a.png", "--trust", "--out", "b.png")
    assert again.returncode == 0
    assert (studio_folder / "a.png").read_bytes() == (studio_folder / "b.png").read_bytes()
    other = run_with_plugins(
        studio_folder, *saliency, "--method", "rise", "--channels", "3", "--out", "c.png"
    )
    assert (
        other.returncode == 2 and "--channels goes with score-cam and lab-cam, not with rise" in other.stderr
    )
    assert "--channels" in run_with_plugins(studio_folder, "saliency", "--help").stdout


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("1 / 0", "the plug-in 'broken' (broken) cannot be imported: ZeroDivisionError"),
        (SCORE_CAM.replace('"lab-cam"', '"grad-cam"'), "'grad-cam', which is taken: pareidolia.inspection"),
        (SCORE_CAM.replace("channels:", "target:"), "an option 'target', which means something else"),
    ],
    ids=["raises", "takes a name", "takes an option"],
)
def test_a_plug_in_that_cannot_be_taken_is_one_line(code: str, message: str, studio_folder: Path) -> None:
    install_plugin(studio_folder, "broken", code)
    refused = run_with_plugins(studio_folder, "saliency", "photo.png", "--out", "a.png")
    assert refused.returncode == 2 and refused.stdout == ""
    assert refused.stderr.startswith("pareidolia: ") and refused.stderr.count("\n") == 1
    assert message in refused.stderr


def test_a_method_registered_in_a_session_is_known_at_once(network, pictures) -> None:
    class Power(MethodOptions):
        power: int = 2

    @attribution_method("test-power", options=Power)
    def power(network, pictures, target, options):
        return pictures.abs().mean(dim=1, keepdim=True) ** options.power

    try:
        found = attribute(network, pictures, 3, "test-power", power=3)
        torch.testing.assert_close(found, pictures.mean(dim=1, keepdim=True) ** 3)
        assert torch.equal(found, attribute(network, pictures, 3, "test-power", Power(power=3)))
        settings = SaliencySettings(method="test-power", power=3)
        explained = saliency_picture(pictures[:1], settings, network)
        assert "test-power for" in explained.caption and settings.model_dump()["power"] == 3
        with pytest.raises(
            PareidoliaError, match="test-power: there is no option 'samples', there are seed, power"
        ):
            attribute(network, pictures, 3, "test-power", samples=3)
        with pytest.raises(PareidoliaError, match="takes options of the class Power, not MethodOptions"):
            attribute(network, pictures, 3, "test-power", MethodOptions())
    finally:
        METHODS._found.pop("test-power")


def test_the_methods_and_their_options_are_known_without_torch() -> None:
    code = (
        "import sys; from pareidolia.inspection.attribution.settings import SaliencySettings as S; "
        "from pareidolia.inspection.attribution.registry import METHODS, options_for; "
        "assert 'masks' in options_for('rise').model_fields and 'masks' in S.model_fields; "
        "assert 'rise' in S.model_fields['method'].description; print(len(METHODS), 'torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["24", "False"]
