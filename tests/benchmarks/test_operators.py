"""Six small pieces of work call as many operators, and compute as much, as they did: no test times anything.

The figures stand in `operators.json` beside this file. Who makes something faster, or takes another
torch, writes them anew: `python -m tests.benchmarks.test_operators`.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from tests.conftest import make_small_network
from torch.profiler import ProfilerActivity, profile
from torch.utils.flop_counter import FlopCounterMode

from pareidolia.dreaming import Dream, DreamSettings
from pareidolia.generative.building import build, settings_of
from pareidolia.generative.measuring import importance_sampled
from pareidolia.inspection import ClassTarget, occlusion, send_back
from pareidolia.inspection.visualization import Features, FeatureSettings
from pareidolia.networks import load_network
from pareidolia.style import StyleSettings, StyleTransfer

KEPT = Path(__file__).with_name("operators.json")
SHARE = 0.05


def picture(side: int = 64) -> torch.Tensor:
    return torch.rand(1, 3, side, side, generator=torch.Generator().manual_seed(0))


def gradient() -> Callable[[], object]:
    network = load_network("retina", device="cpu")
    return lambda: send_back(network, picture(), ClassTarget((1,)), rule="guided")


def occluded() -> Callable[[], object]:
    network = load_network("retina", device="cpu")
    return lambda: occlusion(network, picture(), ClassTarget((1,)), window=16, stride=16)


def style_step() -> Callable[[], object]:
    settings = StyleSettings(size=64, coarse_to_fine=False, optimizer="adam", steps=3)
    layers = {"style_layers": ("stage1.relu", "stage3.relu"), "content_layers": ("stage4.relu",)}
    transfer = StyleTransfer(picture(), [picture()], settings.model_copy(update=layers), make_small_network())
    return transfer.step


def dream_step() -> Callable[[], object]:
    settings = DreamSettings(size=64, octaves=1, steps=3, aim=("stage3.relu",))
    return Dream(picture(), settings=settings, network=make_small_network()).step


def features_step() -> Callable[[], object]:
    settings = FeatureSettings(layer="stage3.relu", units=("0-3",), size=64, steps=4)
    return Features(settings, make_small_network()).step


def likelihood() -> Callable[[], object]:
    model = build("vae", settings_of("vae", {"latent": 4, "hidden": (32,)}), (1, 8, 8), 0).eval()
    pictures = (picture(8)[:, :1] < 0.5).float().repeat(4, 1, 1, 1)
    return lambda: importance_sampled(model, pictures, 50, torch.Generator().manual_seed(0))


WORK = {
    "guided gradient": gradient,
    "occlusion": occluded,
    "step of style": style_step,
    "step of a dream": dream_step,
    "step of features": features_step,
    "log-likelihood": likelihood,
}


def counts(name: str) -> dict[str, int]:
    """Operators that the work calls on its second run, and the operations that they compute."""
    torch.manual_seed(0)
    work = WORK[name]()
    work()
    with profile(activities=[ProfilerActivity.CPU]) as profiler, FlopCounterMode(display=False) as counter:
        work()
    called = sum(event.count for event in profiler.key_averages() if event.key.startswith("aten::"))
    return {"operators": called, "operations": counter.get_total_flops()}


def minor_version() -> str:
    return ".".join(torch.__version__.split(".")[:2])


@pytest.mark.slow
@pytest.mark.parametrize("name", WORK)
def test_work_costs_no_more_than_it_did(name, one_thread):
    kept = json.loads(KEPT.read_text())
    found = counts(name)
    for what, before in kept[name].items():
        if what == "operators" and kept["torch"] != minor_version():
            continue  # another torch calls others for the same work; what they compute stays
        assert found[what] == pytest.approx(before, rel=SHARE), (
            f"{name} has {found[what]} {what}, had {before}"
        )


if __name__ == "__main__":
    torch.set_num_threads(1)
    kept = {"torch": minor_version(), **{name: counts(name) for name in WORK}}
    KEPT.write_text(json.dumps(kept, indent=1) + "\n")
