"""The autoencoder: squeeze through a narrow code and back; trained here and now."""

import shlex
from collections.abc import Iterator
from pathlib import Path

from pareidolia.generative.settings import AutoencoderSettings
from pareidolia.generative.training import prepare
from pareidolia.tour.guide import Exhibit, Guide

RUN = "autoencoder"


def tell(guide: Guide) -> Iterator[Exhibit]:
    """Train a small one on digits; what it rebuilds, and what lies between its codes."""
    run = str(_train(guide))
    yield guide.show("rebuilt", "reconstruct", {"run": run, "pictures": ()}, count=10)
    ends = {"a": "label:1", "b": "label:0"}
    yield guide.show("between", "interpolate", {"run": run, **ends}, path="linear", steps=9)


def _train(guide: Guide) -> Path:
    settings = AutoencoderSettings(
        latent=2,
        hidden=(128, 64),
        epochs=guide.pace(120, 60),
        previews=0,
        seed=guide.settings.seed,
        device=guide.settings.device,
    )
    out = guide.folder / RUN
    training = prepare("autoencoder", "digits", settings, out)
    training.begin(resume=False)
    for step in training:
        guide.beat(step.index, step.total)
    words = ["--latent", "2", "--hidden", "128", "64", "--epochs", f"{settings.epochs:g}", "--previews", "0"]
    guide.note_command(shlex.join(["pareidolia", "train", "autoencoder", "digits", *words, "--out", RUN]))
    guide.names[str(out)] = RUN
    return out
